// Deployments as the planner makes them and the runtime carries them out.
import type { AppId } from './ids.ts'

export type ActionKind = 'StartApplication' | 'StopApplication' | 'ScaleApplication' | 'RestartApplication'

export interface Action {
  readonly action: ActionKind
  readonly app: AppId
}

/** Actions in a step run side by side; steps run one after another. */
export interface Step {
  readonly actions: readonly Action[]
}
