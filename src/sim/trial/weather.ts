// What goes wrong in one trial, and how much. Each seed leaves some kinds of faults out, so that those it has meet one
// another more often than they would if everything happened everywhere.
import type { Random } from '../../base/index.ts'
import type { NetworkOptions, Span } from '../network.ts'

export const faultKinds = [
  'cut',
  'reset',
  'agentCrash',
  'agentCrashInStep',
  'agentWipe',
  'machineLoss',
  'machineReplaced',
  'capacity',
  'serverCrash',
  'serverCrashInCommit',
  'serverStall',
  'utcJump',
  'append',
  'fullDisk',
  'lostTail',
  'damage',
  'sickness',
] as const
export type FaultKind = (typeof faultKinds)[number]

/** How often each comes up among the faults that a seed has. */
const weights: Readonly<Record<FaultKind, number>> = {
  cut: 6,
  reset: 4,
  agentCrash: 4,
  agentCrashInStep: 4,
  agentWipe: 2,
  machineLoss: 4,
  machineReplaced: 2,
  capacity: 2,
  serverCrash: 4,
  serverCrashInCommit: 4,
  serverStall: 3,
  utcJump: 1,
  append: 3,
  fullDisk: 1,
  lostTail: 1,
  damage: 2,
  sickness: 4,
}

export interface Weather {
  readonly network: NetworkOptions
  /** In peace a share of everything still goes wrong. */
  readonly calmNetwork: NetworkOptions
  readonly appendMs: Span
  readonly stepMs: number
  readonly serverRate: number
  readonly stepRows: number | undefined
  /** Of ends by themselves, per start. */
  readonly taskEnds: number
  /** Of checks that fail without a reason. */
  readonly checkFails: number
  readonly startMs: Span
  readonly stopMs: Span
  readonly faults: readonly FaultKind[]
  /** Of moments in which something goes wrong, of 100. */
  readonly faultShare: number
}

export function drawWeather(random: Random): Weather {
  const r = random
  const delayMs = r.pick<Span>([
    [0, 2],
    [1, 40],
    [1, 400],
    [5, 2500],
  ])
  const isHostile = r.chance(0.5)
  const share = r.pick([0.01, 0.05, 0.2])
  const network: NetworkOptions = isHostile
    ? { delayMs, loss: share, duplication: share, reordering: share, persistent: true }
    : { delayMs, persistent: true }
  const faults = faultKinds.flatMap(kind =>
    r.chance(0.5) ? Array.from({ length: weights[kind] }, () => kind) : [],
  )
  return {
    network,
    calmNetwork: isHostile
      ? { delayMs, loss: 0.01, duplication: 0.01, reordering: 0.01, persistent: true }
      : { delayMs, persistent: true },
    appendMs: r.pick<Span>([
      [0, 2],
      [1, 20],
      [1, 300],
    ]),
    stepMs: r.pick([0, 0.2, 5]),
    serverRate: r.pick([1, 1, 0.98, 1.05]),
    stepRows: r.pick([undefined, undefined, undefined, 1, 7]),
    taskEnds: r.pick([0, 0.05, 0.3]),
    checkFails: r.pick([0, 0.02, 0.15]),
    startMs: r.pick<Span>([
      [50, 3000],
      [10, 100],
      [1000, 20_000],
    ]),
    stopMs: r.pick<Span>([
      [10, 2000],
      [0, 0],
      [1000, 10_000],
    ]),
    faults,
    faultShare: faults.length === 0 ? 0 : r.pick([15, 35, 60]),
  }
}
