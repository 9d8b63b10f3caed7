// What becomes of an app when it is carried out: its assigned ports, the environment of its tasks, its printed form.
export * from './environment.ts'
export * from './marathonApp.ts'
export * from './resourceText.ts'
export * from './servicePorts.ts'
export * from './taskPorts.ts'
