// The environment as env() sees it: the variables that the loader was given and no others, and a note of each name asked
// for, so that a plan can say what it depends on.
import { compareStrings } from '../../base/index.ts'
import type { EnvironmentAccess } from '../hcl/index.ts'

export interface RecordingEnvironment extends EnvironmentAccess {
  /** The names asked for so far, sorted; also of variables that there are not. */
  readonly names: () => readonly string[]
}

export function environmentAccess(variables: Readonly<Record<string, string>>): RecordingEnvironment {
  const asked = new Set<string>()
  return {
    read: name => {
      asked.add(name)
      return Object.hasOwn(variables, name) ? variables[name] : undefined
    },
    names: () => [...asked].sort(compareStrings),
  }
}
