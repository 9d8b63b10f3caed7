// The default export of a configuration: a description, or a function of the context that gives one.
import type { Resource } from './group.ts'
import { callSite } from './site.ts'
import type { Site } from './site.ts'
import type { Sensitive, Text } from './text.ts'

export interface ClusterConfig {
  /** Name of the stack; the directory's name if not given. */
  readonly name?: string
  /** Address of the cluster, for example `http://10.0.0.1:8080`; the local cluster if none is configured. */
  readonly server?: string
  readonly resources: readonly Resource[]
  readonly outputs?: Readonly<Record<string, Output>>
}

export type Output = Text | number | boolean | Sensitive<Text>

export interface ClusterContext {
  /** The stage, from the environment variable SDDC_ENV; `dev` if that is not set. */
  readonly env: string
  /** Values given with `--var name=value`, in a file of `--var-file`, or as `SDDC_VAR_name`. */
  readonly vars: Readonly<Record<string, string>>
}

export const clusterMark = Symbol.for('sddc.cluster')

export interface ClusterDefinition {
  readonly [clusterMark]:
    ClusterConfig | ((context: ClusterContext) => ClusterConfig | Promise<ClusterConfig>)
  readonly site: Site | undefined
}

export function defineCluster(config: ClusterConfig): ClusterDefinition
export function defineCluster(
  describe: (context: ClusterContext) => ClusterConfig | Promise<ClusterConfig>,
): ClusterDefinition
export function defineCluster(
  config: ClusterConfig | ((context: ClusterContext) => ClusterConfig | Promise<ClusterConfig>),
): ClusterDefinition {
  return { [clusterMark]: config, site: callSite(defineCluster) }
}
