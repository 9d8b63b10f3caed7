// `sddc output`: the values that a stack gives out.
import { CodedError, nearest, type Json } from '../../base/index.ts'
import type { ConfigurationOptions } from '../configuration.ts'
import { configurationOf } from '../configuration.ts'
import { exit, type Context } from '../context.ts'
import { advised } from '../refusals.ts'
import { requireTarget } from '../target.ts'
import type { Plan } from '../types.ts'

export interface OutputOptions extends ConfigurationOptions {
  readonly name: string | undefined
  readonly raw: boolean
}

export async function outputCommand(context: Context, options: OutputOptions): Promise<number> {
  const { terminal } = context
  const loaded = context.stack === undefined ? await configurationOf(context, options) : undefined
  const stack = context.stack ?? loaded?.desired.stack
  if (stack === undefined) return exit.error
  const client = requireTarget({
    server: context.server,
    configured: loaded?.server,
    directory: context.directory,
  })
  const { outputs } = await advised(client.stack(stack), stackAdvice)
  if (options.name === undefined) {
    if (context.json) terminal.out(JSON.stringify(outputs, null, 2))
    else if (Object.keys(outputs).length === 0) terminal.note(`Stack "${stack}" has no outputs.`)
    else terminal.out(outputLines(outputs).join('\n'))
    return exit.done
  }
  const output = outputs[options.name]
  if (output === undefined) {
    const near = nearest(options.name, Object.keys(outputs))
    throw new CodedError('USAGE', `Stack "${stack}" has no output "${options.name}"`, {
      advice: near === undefined ? 'See them all with: sddc output' : `Did you mean "${near}"?`,
    })
  }
  terminal.out(options.raw ? rawText(options.name, output.value) : JSON.stringify(output.value, null, 2))
  return exit.done
}

const stackAdvice = {
  NOT_FOUND: 'It has not been applied yet, or has another name. See the stacks with: sddc show',
}

export function outputLines(outputs: Plan['outputs']): string[] {
  return Object.entries(outputs).map(
    ([name, { value, sensitive }]) =>
      `${name} = ${sensitive ? '<sensitive>' : JSON.stringify(value, null, 2)}`,
  )
}

function rawText(name: string, value: Json): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value)
  throw new CodedError('USAGE', `Output "${name}" is not a single value`, {
    advice: 'Leave --raw out, or use --json.',
  })
}
