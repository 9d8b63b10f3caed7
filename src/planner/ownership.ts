// Who may change an object that the configuration names. First match wins:
//   it does not exist, or is the stack's own     ours
//   it belongs to another stack                  refused: the user is told whose it is
//   nobody's, and equal                          adopt
//   nobody's, differs, adoption was asked for    adopt, with its changes
//   nobody's, differs                            refused
import { errorDiagnostic } from '../base/index.ts'
import type { Diagnostic } from '../base/index.ts'
import type { KeptLifecycle, StackName } from '../model/index.ts'
import type { NewNames, ObjectKey } from './names.ts'

/** What the rules of one run are. */
export interface Rules {
  readonly mode: 'apply' | 'destroy'
  readonly deleteUnnamed: boolean
  readonly adopt?: boolean
  /**
   * What the configuration says of what goes although it is named: with `destroy` that is everything. By `app:/web`,
   * `group:/shop`, `volume:data`.
   */
  readonly named?: ReadonlyMap<ObjectKey, KeptLifecycle>
  readonly names: NewNames
  /** What is let go of instead of being destroyed. */
  readonly forgotten: ReadonlySet<ObjectKey>
}

export type Ownership =
  | { readonly kind: 'ours' }
  | { readonly kind: 'adopt' }
  | { readonly kind: 'refused'; readonly diagnostic: Diagnostic }

export interface Claim {
  /** `app`, `group`, `volume`. */
  readonly noun: string
  /** As its kind names it: an id or a name. */
  readonly name: string
  readonly address: string
  readonly stack: StackName
  readonly owner: StackName | null | undefined
  readonly equal: boolean
  readonly adopt: boolean
}

/** `owner` undefined: the object does not exist; null: it belongs to no stack. */
export function ownershipOf(claim: Claim): Ownership {
  const { owner, stack, equal, adopt } = claim
  if (owner === undefined || owner === stack) return { kind: 'ours' }
  if (owner === null && (equal || adopt)) return { kind: 'adopt' }
  return { kind: 'refused', diagnostic: owner === null ? nobodys(claim) : foreign(claim, owner) }
}

function foreign({ noun, name, address, stack }: Claim, owner: StackName): Diagnostic {
  return errorDiagnostic(
    `The ${noun} belongs to another stack`,
    `The ${noun} "${name}" belongs to stack "${owner}", and this configuration is stack "${stack}". Give it another name here, or remove it from "${owner}" first. If this is the same configuration, run with --stack ${owner}.`,
    { address },
  )
}

function nobodys({ noun, name, address }: Claim): Diagnostic {
  return errorDiagnostic(
    `The ${noun} exists already and belongs to no stack`,
    `The ${noun} "${name}" was made outside of any configuration and differs from this one. Plan with --adopt to take it over with these changes, delete it first, or give it another name here. Were the two equal, it would be adopted as it is.`,
    { address },
  )
}
