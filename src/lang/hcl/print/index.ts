export { printExpression, printFile } from './print.ts'
export { quotedText } from './text.ts'
