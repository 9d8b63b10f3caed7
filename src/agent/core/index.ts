// The face of the agent's mind, for the agent's loop and for the simulator.
export { allRecords, decodeRecords, noMemory } from './record.ts'
export { containerSandbox, directoryName, sandboxDirectory } from './sandbox.ts'
export { createAgentState } from './create.ts'
export { taskText, type AgentState, type TaskState } from './state.ts'
export { nextWake, step } from './step.ts'
export * from './types.ts'
