export { printExpression, printFile } from './print.ts'
export { fitsHeredoc, heredocEscaped, quotedText } from './text.ts'
