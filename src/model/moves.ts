// What a configuration says about names: what was called otherwise before, what it takes over, what it lets go of. And
// the rule by which a move leads from an address to another: most specific first, then on from where it led to.
//
// Addresses are compared as text: `group.shop.app.web["eu"]` lies in `group.shop`, and in `group.shop.app.web`.

export type PlaceKind = 'app' | 'volume' | 'group' | 'module'

/** Something that a configuration names although it may not be in it: an address, and the id that it has there. */
export interface Place {
  readonly kind: PlaceKind
  /** `group.shop.app.web["eu"]`. */
  readonly address: string
  /** `/shop/web-eu`; the name of a volume. */
  readonly id: string
}

export interface DesiredMove {
  readonly from: Place
  readonly to: Place
}

export interface DesiredImport {
  /** The address of an app or volume of the configuration. */
  readonly to: string
  /** What it is called in the cluster now: an app's id, a volume's name. */
  readonly id: string
}

/** By where they lead from. */
export type MoveIndex = ReadonlyMap<string, DesiredMove>

export function indexMoves(moves: readonly DesiredMove[]): MoveIndex {
  return new Map(moves.map(move => [move.from.address, move]))
}

export interface Followed {
  /** The address itself when no move speaks of it. */
  readonly address: string
  /** The moves lead in a circle, and the address is somewhere on it. */
  readonly isCircular: boolean
}

/** Where the moves lead an address. */
export function followMoves(moves: MoveIndex, address: string): Followed {
  const taken = new Set<DesiredMove>()
  let at = address
  for (let step = firstStep(moves, at); step !== undefined; step = firstStep(moves, at)) {
    if (taken.has(step.move)) return { address: at, isCircular: true }
    taken.add(step.move)
    at = step.to
  }
  return { address: at, isCircular: false }
}

function firstStep(moves: MoveIndex, address: string): { move: DesiredMove; to: string } | undefined {
  if (moves.size === 0) return undefined
  for (const whole of enclosing(address)) {
    const move = moves.get(whole)
    const to = move && movedBy(move, address)
    if (move !== undefined && to !== undefined && to !== address) return { move, to }
  }
  return undefined
}

/** Where one move leads an address; undefined when it does not speak of it. */
export function movedBy({ from, to }: DesiredMove, address: string): string | undefined {
  const rest = restIn(from, address)
  if (rest === undefined) return undefined
  // `app.a` is the one without a key when `to` has one, and else all of them.
  if (rest.startsWith('[') && hasKey(to.address)) return undefined
  return to.address + rest
}

/** Whether an address is the place, one of its instances, or inside of it. */
export function liesIn(place: Place, address: string): boolean {
  return restIn(place, address) !== undefined
}

function restIn({ kind, address: whole }: Place, address: string): string | undefined {
  if (!address.startsWith(whole)) return undefined
  const rest = address.slice(whole.length)
  if (rest === '' || (rest.startsWith('[') && !hasKey(whole))) return rest
  const isInside = kind === 'group' || kind === 'module'
  return isInside && /^\.(app|group|volume|module)\./.test(rest) ? rest : undefined
}

function hasKey(address: string): boolean {
  return address.endsWith(']')
}

/** The address and what is around it, longest first: `a.b["c"]`, `a.b`, `a`. */
function enclosing(address: string): string[] {
  const found = [address]
  let quoted = false
  for (let i = address.length - 1; i > 0; i--) {
    const character = address[i]
    if (character === '"' && !isEscaped(address, i)) quoted = !quoted
    else if (!quoted && (character === '.' || character === '[')) found.push(address.slice(0, i))
  }
  return found
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0
  while (text[at - 1 - slashes] === '\\') slashes++
  return slashes % 2 === 1
}
