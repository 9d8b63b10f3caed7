// The face of the console: questions to a configuration, and their answers.
export { type Answer, type Place, answerJson, ask } from './answer.ts'
export { isUnfinished } from './unfinished.ts'
export { valueText } from './valuetext.ts'
