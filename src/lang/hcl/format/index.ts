// The face of the formatter.
export { formatHcl, type Formatted } from './format.ts'
