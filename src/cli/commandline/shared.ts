// Options that several commands have, written once.
import type { OptionSpec, WordSpec } from './command.ts'

/** Options of every command. `color` and the two others are read by the parser itself. */
export const everywhere = {
  color: { kind: 'flag', about: 'Colour although it is no terminal; --no-color switches it off' },
  help: { kind: 'flag', short: 'h', about: 'What the command does' },
  version: { kind: 'flag', about: 'Version of the program' },
} as const satisfies Record<string, OptionSpec>

export const server = {
  kind: 'text',
  value: 'URL',
  about: 'Address of the server (also SDDC_SERVER)',
} as const satisfies OptionSpec

export const stack = {
  kind: 'text',
  value: 'NAME',
  about: 'Name of the stack, instead of the configuration’s own',
} as const satisfies OptionSpec

export const json = {
  kind: 'flag',
  about: 'Answer in JSON, for programs',
} as const satisfies OptionSpec

export const variables = {
  var: { kind: 'texts', value: 'NAME=VALUE', about: 'Value of a variable; several times' },
  'var-file': { kind: 'texts', value: 'FILE', about: 'Values of variables from a file; several times' },
} as const satisfies Record<string, OptionSpec>

export const data = {
  kind: 'text',
  value: 'DIRECTORY',
  about: 'Directory of the state (default sddc-data)',
} as const satisfies OptionSpec

export const pingInterval = {
  kind: 'text',
  value: 'TIME',
  about: 'Time between signs of life of agents (default 3s)',
} as const satisfies OptionSpec

export const port = {
  kind: 'whole',
  value: 'PORT',
  least: 1,
  most: 65_535,
} as const

export const path = {
  kind: 'text',
  required: false,
  about: 'A directory (default: this one) or a Marathon JSON file',
} as const satisfies WordSpec

export const app = {
  kind: 'text',
  required: true,
  about: 'Its id (/shop/web), its address, or the end of its id (web)',
} as const satisfies WordSpec
