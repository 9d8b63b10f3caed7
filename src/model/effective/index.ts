// What becomes of an app when it is carried out: its assigned ports, the environment of its tasks, its printed form.
export * from './environment.ts'
export * from './marathonapp.ts'
export * from './resourcetext.ts'
export * from './serviceports.ts'
export * from './taskports.ts'
