// The face of the simulator: a whole cluster in virtual time, the forecast of plans, and the checker of invariants.
export type { Checked } from './check/checked.ts'
export { checkInvariants, invariants } from './check/invariants.ts'
export { InvariantWatch } from './check/watch.ts'
export type { Behaviour, CheckAsked } from './driver.ts'
export { forecastPlan } from './forecast.ts'
export { Simulation, type Observer, type SimulationOptions, type Span } from './simulation.ts'
export { runTrial, type TrialOptions, type TrialResult } from './trial/trial.ts'
