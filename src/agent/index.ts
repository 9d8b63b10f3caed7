// The face of the agent, for the command line and for tests.
export { startAgent, type AgentOptions, type RunningAgent } from './agent.ts'
export { defaultPorts, detectCapacity } from './capacity.ts'
export type { DriverContext, DriverFactory } from './driver/factory.ts'
export { processDriver } from './driver/process/index.ts'
export { dockerDriverFactory } from './driver/docker/index.ts'
