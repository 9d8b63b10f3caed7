// Rules for apps and for all of them together.
export { validateAll } from './all.ts'
export { validateApp } from './app.ts'
