// Deployments' arithmetic: pure functions over plain data.
export * from './backoff.ts'
export * from './rolling.ts'
export { chooseVictims, type VictimCandidate, type VictimOptions } from './victims.ts'
