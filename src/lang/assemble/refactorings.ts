// `moved`, `import` and `removed`: what a configuration says of names that it had before, or that others gave. Addresses
// become places with ids; what can't be meant is told. What is in the cluster is not known here.
import { by, errorDiagnostic } from '../../base/index.ts'
import type { Diagnostic, Range } from '../../base/index.ts'
import { followMoves, indexMoves, liesIn, movedBy } from '../../model/index.ts'
import type { Desired, DesiredImport, DesiredMove, Place } from '../../model/index.ts'
import type {
  SurfaceAddress,
  SurfaceConfig,
  SurfaceImport,
  SurfaceMove,
  SurfaceRemoval,
  SurfaceResource,
} from '../surface.ts'
import { placeAt } from './address.ts'

export interface Refactorings {
  /** Lists that are empty are absent. */
  readonly said: Pick<Desired, 'moves' | 'imports' | 'forgets'>
  readonly diagnostics: readonly Diagnostic[]
  /** Something is missing because of a mistake that was told before. */
  readonly incomplete: boolean
}

/** `isAlone`: what is not in this part is nowhere. */
export function readRefactorings(config: SurfaceConfig, isAlone: boolean): Refactorings {
  const { moves = [], imports = [], removals = [] } = config
  const view: View = {
    resources: config.resources,
    complete: isAlone && config.incomplete !== true,
    diagnostics: [],
  }
  const written = moves.flatMap(move => readMove(move, view) ?? [])
  checkMoves(written, view)
  const imported = readImports(imports, view)
  const forgets = removals.flatMap(removal => readRemoval(removal, written, view) ?? [])
  return {
    said: {
      ...(written.length > 0 ? { moves: written.map(({ from, to }) => ({ from, to })) } : {}),
      ...(imported.length > 0 ? { imports: imported } : {}),
      ...(forgets.length > 0 ? { forgets } : {}),
    },
    diagnostics: view.diagnostics,
    incomplete: imports.some(i => i.id?.failed === true) || removals.some(r => r.destroy?.failed === true),
  }
}

interface View {
  readonly resources: readonly SurfaceResource[]
  /** Everything that the configuration declares is there. */
  readonly complete: boolean
  readonly diagnostics: Diagnostic[]
}

/** A move with what the text says of it. */
interface Written extends DesiredMove {
  readonly text: SurfaceMove
}

function complain(view: View, context: string, summary: string, detail: string, subject?: Range): undefined {
  view.diagnostics.push(errorDiagnostic(summary, detail, { context, subject }))
}

function readPlace({ text, range }: SurfaceAddress, context: string, view: View): Place | undefined {
  const place = placeAt(text)
  if (place !== undefined) return place
  const detail = `${JSON.stringify(text)} is no address of an app, group, volume or module. Addresses look like this: app.web, app.worker["eu"], group.shop.app.api, module.blog.`
  return complain(view, context, 'Invalid address', detail, range)
}

function readMove(text: SurfaceMove, view: View): Written | undefined {
  const from = readPlace(text.from, 'moved', view)
  const to = readPlace(text.to, 'moved', view)
  if (from === undefined || to === undefined) return undefined
  if (from.address === to.address) {
    const detail = `${from.address} is moved to itself. Remove the block, or correct one of the two.`
    return complain(view, 'moved', 'Move without an effect', detail, text.to.range)
  }
  if (family(from) !== family(to)) {
    const detail = `${from.address} is ${described(from)}, and ${to.address} ${described(to)}: what moves stays of one kind.`
    return complain(view, 'moved', 'Move to another kind', detail, text.to.range)
  }
  return { from, to, text }
}

function family({ kind }: Place): string {
  return kind === 'module' ? 'group' : kind
}

function described({ kind }: Place): string {
  return kind === 'app' ? 'an app' : `a ${kind}`
}

function checkMoves(moves: readonly Written[], view: View): void {
  if (moves.length === 0) return
  const index = indexMoves(moves)
  const isCircular = reportCircles(moves, index, view)
  const addresses = view.resources.map(r => r.address)
  const [origins, targets] = [new Map<string, Written>(), new Map<string, Written>()]
  for (const move of moves) {
    const { from, to, text } = move
    const same = origins.get(from.address) ?? targets.get(to.address)
    if (same !== undefined) {
      const isOrigin = same.from.address === from.address
      const what = isOrigin
        ? `${from.address} is already moved to ${same.to.address}`
        : `${same.from.address} already moves to ${to.address}`
      const detail = `${what}${at(same.text.range)}. Remove one of the two.`
      complain(view, 'moved', 'Ambiguous moves', detail, (isOrigin ? text.from : text.to).range)
      continue
    }
    origins.set(from.address, move)
    targets.set(to.address, move)
    const still = view.resources.find(r => movedBy(move, r.address) !== undefined)
    if (still !== undefined) {
      const detail = `${still.address} is still in the configuration${at(still.range)}, so it can't have moved to ${to.address}. Remove it there, or remove the moved block.`
      complain(view, 'moved', 'Moved object still exists', detail, text.from.range)
    } else if (!isCircular && text.to.declared !== true && view.complete) {
      const end = { ...to, address: followMoves(index, to.address).address }
      if (addresses.some(address => liesIn(end, address)) || isMovedOn(end, index)) continue
      const detail = `There is no ${end.address} in the configuration. Correct the address; or remove the moved block, if it is gone for good.`
      complain(view, 'moved', 'Move to nothing', detail, text.to.range)
    }
  }
}

// A group that is moved on piece by piece.
function isMovedOn(place: Place, index: ReadonlyMap<string, DesiredMove>): boolean {
  return [...index.values()].some(move => liesIn(place, move.from.address))
}

function reportCircles(
  moves: readonly Written[],
  index: ReadonlyMap<string, DesiredMove>,
  view: View,
): boolean {
  const circular = moves.filter(({ from }) => followMoves(index, from.address).isCircular)
  const [first] = circular.toSorted(by(m => m.from.address))
  if (first === undefined) return false
  const way = circular.map(({ from, to }) => `${from.address} → ${to.address}`).join(', ')
  const detail = `These moves lead in a circle: ${way}. Remove those that are no longer true.`
  complain(view, 'moved', 'Cyclic moves', detail, first.text.from.range)
  return true
}

function readImports(imports: readonly SurfaceImport[], view: View): DesiredImport[] {
  const read: DesiredImport[] = []
  for (const { to: target, id: written, range } of imports) {
    const to = readPlace(target, 'import', view)
    if (to === undefined || written?.failed === true) continue
    const where = written?.range ?? target.range ?? range
    if (to.kind !== 'app' && to.kind !== 'volume') {
      const detail = `${to.address} is ${described(to)}: apps and volumes can be imported, each by a block of its own.`
      complain(view, 'import', 'Import of another kind', detail, target.range)
      continue
    }
    if (view.complete && !view.resources.some(r => r.address === to.address)) {
      if (target.declared === true) continue
      const detail = `There is no ${to.address} in the configuration. Write what it shall be, then import it.`
      complain(view, 'import', 'Import to nothing', detail, target.range)
      continue
    }
    const id = written === undefined ? to.id : written.value
    if (typeof id !== 'string' || !(to.kind === 'app' ? /^\/./ : /./).test(id)) {
      const wanted = to.kind === 'app' ? 'the id of an app, beginning with "/"' : 'the name of a volume'
      complain(view, 'import', 'Invalid id', `"id" is ${wanted}: what is imported as ${to.address}.`, where)
      continue
    }
    const same = read.find(r => r.to === to.address || r.id === id)
    if (same !== undefined) {
      const detail = `"${same.id}" is already imported as ${same.to}. One block imports one thing.`
      complain(view, 'import', 'Ambiguous imports', detail, where)
      continue
    }
    read.push({ to: to.address, id })
  }
  return read
}

function readRemoval(
  { from: origin, destroy }: SurfaceRemoval,
  moves: readonly Written[],
  view: View,
): Place | undefined {
  const from = readPlace(origin, 'removed', view)
  if (from === undefined) return undefined
  const still = view.resources.find(r => liesIn(from, r.address))
  if (still !== undefined) {
    const detail = `${still.address} is still in the configuration${at(still.range)}. Remove it there, or remove the removed block.`
    return complain(view, 'removed', 'Removed object still exists', detail, origin.range)
  }
  const moved = moves.find(m => m.from.address === from.address)
  if (moved !== undefined) {
    const detail = `${from.address} has moved to ${moved.to.address}${at(moved.text.range)}, so it can't be removed. Remove one of the two blocks.`
    return complain(view, 'removed', 'Removed object has moved', detail, origin.range)
  }
  return destroy?.value === false ? from : undefined
}

function at(range: Range | undefined): string {
  return range === undefined ? '' : ` (${range.file}:${range.start.line})`
}
