// The face of test files: reading them, and what their assertions see.
export { checkAsserts, variablesJson } from './evaluate.ts'
export { agentsOf } from './agents.ts'
export {
  type ExpectedFailure,
  type TestAgent,
  type TestFile,
  type TestRun,
  readTestFile,
} from './readtestfile.ts'
export { desiredNames, outputValue, planValue } from './values.ts'
