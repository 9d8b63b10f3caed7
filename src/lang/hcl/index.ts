// The face of the HCL front end.
export { type HclFile, type HclOptions, type HclResult, evaluateHclFiles } from './config/evaluateconfig.ts'
export { type HclInput, parseVarFile } from './config/variables.ts'
export * from './functions/fileaccess.ts'
export type { EnvironmentAccess } from './functions/function.ts'
