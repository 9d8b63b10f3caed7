// Rules for affinities and spreads.
import type { App } from '../app.ts'
import { patternMistake } from './constraints.ts'
import type { Report } from './report.ts'

export function checkPreferences({ affinities = [], spreads = [] }: App, report: Report): void {
  for (const [i, { operator, value }] of affinities.entries()) {
    const wrong = operator === 'IS' ? undefined : patternMistake(value)
    if (wrong) report(`/affinities(${i})/value`, wrong.summary, wrong.detail)
  }
  for (const [i, { field, targets = [] }] of spreads.entries()) {
    const sum = targets.reduce((all, { percent }) => all + percent, 0)
    if (sum > 100) {
      const detail = `The shares of "${field}" add up to ${sum} percent.`
      report(`/spreads(${i})/targets`, 'targets must not add up to more than 100 percent', detail)
    }
    const values = targets.map(target => target.value)
    const twice = values.find((value, at) => values.indexOf(value) !== at)
    if (twice !== undefined) {
      report(`/spreads(${i})/targets`, 'targets must name different values', `"${twice}" stands there twice.`)
    }
  }
}
