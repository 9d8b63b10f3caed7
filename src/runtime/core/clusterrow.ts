// The row of the cluster itself, for those who make or mend a state outside a step: restore and repair.
import type { ClusterMs } from '../../base/index.ts'
import type { ClusterId, Epoch } from '../../model/index.ts'
import { decodeRow, encodeRow } from './codec.ts'
import type { Row } from './types.ts'

export const clusterRowKey = 'cluster/cluster'

/** The row under a higher epoch: what agents run and no row names is kept until a person decides. */
export function raisedEpoch(row: Row, epoch: Epoch, now: ClusterMs): Row {
  const { clusterId } = decodeRow('cluster', row.value)
  return clusterRow(clusterId, epoch, now)
}

export function clusterRow(clusterId: ClusterId, epoch: Epoch, raisedAt: ClusterMs): Row {
  return { key: clusterRowKey, value: encodeRow('cluster', { clusterId, epoch, adopt: true, raisedAt }) }
}
