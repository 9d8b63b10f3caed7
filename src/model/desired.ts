// What a configuration says, whatever it was written in. The three front ends give the identical value for the same
// meaning; places in the text travel beside it (see lang), never inside it.
import type { Json } from '../base/index.ts'
import type { App } from './app.ts'
import type { AppId, GroupId, StackName } from './ids.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { DesiredImport, DesiredMove, Place } from './moves.ts'

export interface Desired {
  readonly format: 1
  readonly stack: StackName
  /** Sorted by id. */
  readonly apps: readonly DesiredApp[]
  /** Sorted by id. Only groups that carry something of their own (dependencies) or were written out. */
  readonly groups: readonly DesiredGroup[]
  /** Sorted by name. */
  readonly volumes: readonly DesiredVolume[]
  readonly outputs: Readonly<Record<string, DesiredOutput>>
  /** What was called otherwise before. Here and below: in the order of the text, absent when there are none. */
  readonly moves?: readonly DesiredMove[]
  /** What belongs to nobody and is taken over. */
  readonly imports?: readonly DesiredImport[]
  /** What is let go of instead of being destroyed. */
  readonly forgets?: readonly Place[]
}

export interface DesiredApp {
  /** `app.web`, `group.shop.app.api`, `app.web["eu"]`. */
  readonly address: string
  /** Normalised, as submitted: service ports still 0 where none was given. */
  readonly app: App
  /** JSON paths of values that must not be shown, for example `/env/PASSWORD`. */
  readonly sensitivePaths: readonly string[]
  readonly lifecycle?: Lifecycle
}

export interface DesiredGroup {
  readonly address: string
  readonly id: GroupId
  readonly dependencies: readonly string[]
  readonly lifecycle?: Lifecycle
}

/** A volume at the top level: its life does not hang on an app's. */
export interface DesiredVolume {
  readonly address: string
  readonly name: string
  /** MiB. */
  readonly size: number
  /** One for all instances instead of one per instance. */
  readonly shared: boolean
  readonly lifecycle?: Lifecycle
}

export interface DesiredOutput {
  readonly value: Json
  readonly sensitive: boolean
  readonly description?: string
}

/** An app or group as a dependency names it. */
export type DependencyTarget = AppId | GroupId
