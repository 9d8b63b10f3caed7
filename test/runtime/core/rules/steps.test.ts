// The order in which a change is carried out.
import type { App, AppId, GroupId } from '../../../../src/model/index.ts'
import { computeSteps, findDependencyCycle } from '../../../../src/planner/index.ts'
import { appNamed } from '../allocate/fixtures.ts'
import { ruleTests } from './rulefile.ts'

ruleTests(import.meta.url, (text, given) => {
  const cut = text.indexOf('->')
  const before = appsOf(text.slice(0, cut))
  const afterText = text.slice(cut + 2)
  const after = appsOf(afterText)
  const groups = given.map(line => {
    const [, id, targets] = /^group (\S+?)<\((.*)\)$/.exec(line)!
    return { id: id as GroupId, dependencies: targets!.split(',') }
  })
  const cycle = findDependencyCycle(after, groups)
  if (cycle !== undefined) return `cycle ${cycle.join(' ')}`
  const restart = new Set([...appsOf(afterText.replace(/(^| )[^! ]\S*/g, ''))].map(([id]) => id))
  const steps = computeSteps({ before, after, groups, restart })
  const short = (kind: string): string => kind.replace('Application', '').toLowerCase()
  return steps.map(s => s.actions.map(a => `${short(a.action)} ${a.app}`).join(', ')).join(' | ') || '-'
})

function appsOf(text: string): Map<AppId, App> {
  const words = text.split(' ').filter(word => word !== '')
  return new Map(words.map(word => appOf(word)).map(app => [app.id, app]))
}

function appOf(word: string): App {
  const [, id, parts] = /^!?([/\w]+)(.*)$/.exec(word)!
  const part = (pattern: RegExp): string | undefined => pattern.exec(parts!)?.[1]
  const dependencies = part(/<\((.*)\)/)?.split(',') ?? []
  return appNamed(id!, {
    cmd: part(/:(\w+)/) ?? 'usual',
    instances: Number(part(/\*(\d+)/) ?? 1),
    labels: { label: part(/\+(\w+)/) ?? '' },
    dependencies,
  })
}
