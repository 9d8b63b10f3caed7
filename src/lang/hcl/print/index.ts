// The face of the printer: a syntax tree as canonical text.
export { printExpression, printFile } from './print.ts'
export { fitsHeredoc, heredocEscaped, quotedText } from './text.ts'
