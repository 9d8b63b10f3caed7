// The name of a stack, made from the name of a directory or file.
import type { StackName } from '../../model/index.ts'

/** Names of stacks travel in paths and commands. */
const maxStackNameLength = 63

/** Lower-case letters, digits and hyphens, not at the ends; undefined when nothing usable is left. */
export function stackNameFrom(text: string): StackName | undefined {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, maxStackNameLength)
    .replace(/^-+|-+$/g, '')
  return name === '' ? undefined : (name as StackName)
}

/** Whether a name that was given is one. */
export function isStackName(text: string): boolean {
  return text.length <= maxStackNameLength && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(text)
}
