// A configuration in another spelling.
export { convertDesired, convertForms } from './convert.ts'
export type { Converted, ConvertedFile, ConvertForm, ConvertOptions } from './convert.ts'
export { firstDifference } from './difference.ts'
