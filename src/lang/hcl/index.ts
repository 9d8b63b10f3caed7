// The face of the HCL front end.
export {
  type HclOptions,
  type HclResult,
  evaluateHclFiles,
  evaluateModules,
} from './config/evaluateconfig.ts'
export {
  type HclFile,
  type HclModule,
  type ModuleCall,
  type ModuleTree,
  readModule,
} from './config/hclmodule.ts'
export { type HclInput, parseVarFile } from './config/variables.ts'
export type { Evaluated, Expressions } from './config/expressions.ts'
export * from './functions/fileaccess.ts'
export type { EnvironmentAccess } from './functions/function.ts'
