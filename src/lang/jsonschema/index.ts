// JSON Schema for editors and for programs that write configurations.
import { appSchema } from './app.ts'
import { configurationSchema } from './configuration.ts'

export type { Schema } from './schema.ts'

/** By what they are of. */
export const schemas = { configuration: configurationSchema, app: appSchema } as const
