// What the core asks of a specification for every instance of it, worked out once: allocations share one object of
// resources, and the health of an instance is known without a look at the app.
import {
  hostPortsWanted,
  resourcesOf,
  type App,
  type PortProtocol,
  type Resources,
} from '../../model/index.ts'

/** Mesos' own default for tasks that set no kill grace period. */
const defaultKillGraceMs = 3000

export interface SpecFacts {
  /** Health checks. */
  readonly checks: number
  /** Has no readiness check: ready as soon as it runs. */
  readonly readyAtOnce: boolean
  readonly resources: Resources
  readonly graceMs: number
  /** Of its host ports, in their order. */
  readonly protocols: readonly PortProtocol[]
}

export function factsOf(app: App): SpecFacts {
  return {
    checks: app.healthChecks.length,
    readyAtOnce: app.readinessChecks.length === 0,
    resources: resourcesOf(app),
    protocols: hostPortsWanted(app).map(wanted => wanted.protocol),
    graceMs:
      app.taskKillGracePeriodSeconds === undefined
        ? defaultKillGraceMs
        : Math.round(app.taskKillGracePeriodSeconds * 1000),
  }
}
