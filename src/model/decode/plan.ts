// A plan as it comes back from a file or over the network. What it says is compared with the cluster by the runtime;
// here only its form is.
import type { Diagnostic, Result } from '../../base/index.ts'
import type { Step } from '../deployment.ts'
import type {
  AppChange,
  Change,
  ChangeAction,
  FieldChange,
  Forecast,
  GroupChange,
  Plan,
  VolumeChange,
  WaitReason,
} from '../plan.ts'
import {
  maxAppsPerGroup,
  maxIdLength,
  maxInstances,
  maxListLength,
  maxMiB,
  maxNameLength,
} from '../schema/limits.ts'
import {
  amount,
  decodeWith,
  flag,
  integer,
  json,
  list,
  map,
  nullable,
  oneOf,
  record,
  tagged,
  text,
} from './decoder.ts'
import type { Decoder } from './decoder.ts'
import { sensitivePaths } from './desired.ts'
import { keptLifecycle, yes } from './lifecycle.ts'
import {
  address,
  agentId,
  app,
  appId,
  clusterId,
  groupId,
  knownKind,
  message,
  revision,
  stackName,
} from './parts.ts'

/** The plan, or where and what is wrong in it. */
export function decodePlan(value: unknown): Result<Plan, string> {
  return decodeWith(plan, value)
}

/** Differences of one app: every entry of its biggest maps may have changed. */
const maxFieldChanges = 100_000
const effect = oneOf('restart', 'inPlace', 'scale', 'none')

const fields: Decoder<readonly FieldChange[]> = list(
  record({ path: text(2000), effect, sensitive: flag }, { before: json, after: json }),
  maxFieldChanges,
)

const action: Decoder<ChangeAction> = oneOf(
  'create',
  'update',
  'restart',
  'scale',
  'delete',
  'forget',
  'adopt',
  'move',
  'no-op',
)

const ofEveryChange = { address, action, fields }
const ofSomeChanges = {
  from: record({ address, id: text(maxIdLength, 1) }, { imported: yes }),
  reason: message,
  lifecycle: keptLifecycle,
  drift: record({ fields }, { by: text(500) }),
}
const dependencies = list(text(maxIdLength), maxListLength)

const appChange: Decoder<AppChange> = record(
  {
    ...ofEveryChange,
    object: knownKind<'app'>(),
    id: appId,
    before: nullable(app),
    after: nullable(app),
    disruption: record({ restarts: integer(), atATime: integer() }),
    sensitivePaths,
  },
  { ...ofSomeChanges, retries: yes },
)

const groupChange: Decoder<GroupChange> = record(
  { ...ofEveryChange, object: knownKind<'group'>(), id: groupId, dependencies },
  ofSomeChanges,
)

const volumeChange: Decoder<VolumeChange> = record(
  {
    ...ofEveryChange,
    object: knownKind<'volume'>(),
    id: text(maxNameLength, 1),
    after: nullable(record({ name: text(maxNameLength, 1), size: amount(0, maxMiB), shared: flag })),
  },
  ofSomeChanges,
)

const change: Decoder<Change> = tagged('object', {
  app: appChange,
  group: groupChange,
  volume: volumeChange,
})

const step: Decoder<Step> = record({
  actions: list(
    record({
      action: oneOf('StartApplication', 'StopApplication', 'ScaleApplication', 'RestartApplication'),
      app: appId,
    }),
    maxAppsPerGroup,
  ),
})

const waitReasons: Decoder<readonly WaitReason[]> = list(
  record({ filter: text(100), agents: integer(), message }),
  maxListLength,
)

const forecast: Decoder<Forecast> = record(
  {
    inputsHash: text(128),
    verdict: oneOf('works', 'waits', 'cannot'),
    unplaced: list(
      record(
        {
          app: appId,
          wanted: integer(),
          placed: integer(),
          reasons: waitReasons,
        },
        { nearest: waitReasons },
      ),
      maxAppsPerGroup,
    ),
    profiles: list(
      record({
        name: oneOf('p10', 'p50', 'p99'),
        durationMs: amount(),
        lowestHealthy: map(integer(), maxAppsPerGroup),
      }),
      3,
    ),
  },
  { unhealthyBefore: list(appId, maxAppsPerGroup) },
)

const position = record({ line: integer(), column: integer(), byte: integer() })

const warning: Decoder<Diagnostic> = record(
  { severity: oneOf('error', 'warning'), summary: message, detail: message },
  {
    subject: record({ file: text(4096), start: position, end: position }),
    context: message,
    path: text(2000),
    address,
  },
)

const plan: Decoder<Plan> = record(
  {
    format: oneOf(1),
    clusterId,
    stack: stackName,
    origin: text(5000),
    mode: oneOf('apply', 'destroy'),
    desiredBase: map(revision, 2 * maxAppsPerGroup, maxIdLength + 10),
    placementBase: revision,
    changes: list(change, 2 * maxAppsPerGroup),
    steps: list(step, 2 * maxAppsPerGroup),
    placements: list(record({ app: appId, slot: integer(), agent: agentId }), maxInstances),
    outputs: map(record({ value: json, sensitive: flag }), maxListLength),
    outputChanges: list(
      record(
        { name: text(maxNameLength), action: oneOf('create', 'update', 'delete'), sensitive: flag },
        { before: json, after: json },
      ),
      maxListLength,
    ),
    forecast: nullable(forecast),
    warnings: list(warning, maxFieldChanges),
  },
  { ignored: list(record({ address, fields }), 2 * maxAppsPerGroup) },
)
