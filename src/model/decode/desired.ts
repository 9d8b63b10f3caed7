// What a configuration says, as the command line sends it to the server.
import type { Result } from '../../base/index.ts'
import type { Desired } from '../desired.ts'
import type { Place } from '../moves.ts'
import { maxAppsPerGroup, maxIdLength, maxListLength, maxMiB, maxNameLength } from '../schema/limits.ts'
import { amount, decodeWith, flag, json, list, map, oneOf, record, text } from './decoder.ts'
import type { Decoder } from './decoder.ts'
import { lifecycle } from './lifecycle.ts'
import { address, app, groupId, message, stackName } from './parts.ts'

/** The value, or where and what is wrong in it. */
export function decodeDesired(value: unknown): Result<Desired, string> {
  return decodeWith(desired, value)
}

export const sensitivePaths = list(text(2000), maxListLength)

const place: Decoder<Place> = record({
  kind: oneOf('app', 'volume', 'group', 'module'),
  address,
  id: text(maxIdLength, 1),
})

const desired: Decoder<Desired> = record(
  {
    format: oneOf(1),
    stack: stackName,
    apps: list(record({ address, app, sensitivePaths }, { lifecycle }), maxAppsPerGroup),
    groups: list(
      record({ address, id: groupId, dependencies: list(text(maxIdLength), maxListLength) }, { lifecycle }),
      maxAppsPerGroup,
    ),
    volumes: list(
      record({ address, name: text(maxNameLength, 1), size: amount(0, maxMiB), shared: flag }, { lifecycle }),
      maxAppsPerGroup,
    ),
    outputs: map(record({ value: json, sensitive: flag }, { description: message }), maxListLength),
  },
  {
    moves: list(record({ from: place, to: place }), maxAppsPerGroup),
    imports: list(record({ to: address, id: text(maxIdLength, 1) }), maxAppsPerGroup),
    forgets: list(place, maxAppsPerGroup),
  },
)
