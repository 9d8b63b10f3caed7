// Apps as people name them: `/shop/api`, `shop/api`, `api` when it is the only one, `group.shop.app.api`.
import { CodedError, nearest } from '../base/index.ts'
import type { AppView } from './types.ts'

export function findApp(apps: readonly AppView[], name: string): AppView {
  const exact = apps.find(a => a.id === name || a.id === `/${name}` || a.address === name)
  if (exact !== undefined) return exact
  const byLast = apps.filter(a => a.id.endsWith(`/${name}`))
  if (byLast.length === 1) return byLast[0]!
  if (byLast.length > 1) {
    throw new CodedError('USAGE', `"${name}" is more than one app: ${byLast.map(a => a.id).join(', ')}`, {
      advice: 'Write the whole id.',
    })
  }
  const near = nearest(name, [
    ...apps.map(a => a.id as string),
    ...apps.map(a => a.id.slice(1)),
    ...apps.map(a => a.address),
  ])
  throw new CodedError('USAGE', `There is no app "${name}"`, {
    advice: near === undefined ? 'See them all with: sddc status' : `Did you mean "${near}"?`,
  })
}
