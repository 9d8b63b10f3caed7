// How an object may end. What its lifecycle says holds also when its text is gone: it was kept with the object.
import { errorDiagnostic } from '../base/index.ts'
import type { Diagnostic } from '../base/index.ts'
import type { Desired, KeptLifecycle } from '../model/index.ts'
import type { Rules } from './ownership.ts'

/** The lifecycles of all that a configuration names. */
export function lifecyclesNamed(desired: Desired): NonNullable<Rules['named']> {
  return new Map([
    ...desired.apps.map(({ app, lifecycle }) => [`app:${app.id}`, lifecycle ?? {}] as const),
    ...desired.groups.map(({ id, lifecycle }) => [`group:${id}`, lifecycle ?? {}] as const),
    ...desired.volumes.map(({ name, lifecycle }) => [`volume:${name}`, lifecycle ?? {}] as const),
  ])
}

interface Ending {
  /** `app`, `group`, `volume`. */
  readonly noun: string
  readonly id: string
  readonly address: string
  readonly lifecycle?: KeptLifecycle
}

/** What holds for an object that goes: the word of the configuration, and where it is not named, what was kept. */
export function lifecycleAtEnd({ noun, id, lifecycle }: Ending, { named }: Rules): KeptLifecycle {
  return named?.get(`${noun}:${id}`) ?? lifecycle ?? {}
}

/** Why it can't be destroyed; undefined when nothing is against it. */
export function protectionOf(ending: Ending, rules: Rules): Diagnostic | undefined {
  if (lifecycleAtEnd(ending, rules).preventDestroy !== true) return undefined
  const { noun, id, address } = ending
  const isNamed = rules.named?.has(`${noun}:${id}`) === true
  return errorDiagnostic(
    `The ${noun} must not be destroyed`,
    isNamed ? namedAdvice(address) : unnamedAdvice(address, rules),
    { address },
  )
}

function namedAdvice(address: string): string {
  return `This plan would destroy ${address}, and its lifecycle says prevent_destroy = true. Set that to false if it shall really go.`
}

function unnamedAdvice(address: string, { mode }: Rules): string {
  const why =
    mode === 'destroy'
      ? `This plan would destroy ${address}`
      : `${address} is not in the configuration, so this plan would destroy it`
  const others =
    mode === 'destroy'
      ? ''
      : ` If it has a new name: moved { from = ${address}  to = … }. To let go of it without destroying it: removed { from = ${address}  lifecycle { destroy = false } }.`
  return `${why}, and it was applied with prevent_destroy = true. If it shall really go, put its block back with prevent_destroy = false, apply, and then remove it.${others}`
}

/** What changes in how it may end, for people; empty when nothing does. */
export function lifecycleReasons(
  before: KeptLifecycle | undefined,
  after: KeptLifecycle | undefined,
): string[] {
  const parts: string[] = []
  if (before?.preventDestroy !== after?.preventDestroy) {
    parts.push(
      after?.preventDestroy === true
        ? 'it will be protected from being destroyed'
        : 'it will no longer be protected from being destroyed',
    )
  }
  if (before?.destroy !== after?.destroy) {
    if (after?.destroy === false)
      parts.push('it will be forgotten, not destroyed, once it is no longer named')
    else if (after?.destroy === true) parts.push('its data will be deleted once it is no longer named')
    else if (before?.destroy === true) parts.push('its data will be kept once it is no longer named')
    else parts.push('it will be destroyed once it is no longer named')
  }
  return parts
}
