// The face of the planner: what is wanted and what is there go in, a plan comes out. Pure; also used by the control
// plane for changes that come over REST, so that every deployment is made by the same rules.
export * from './check.ts'
export * from './cycle.ts'
export * from './diff.ts'
export * from './disruption.ts'
export * from './kind.ts'
export * from './plan.ts'
export type { GroupDependencies } from './graph.ts'
export * from './steps.ts'
