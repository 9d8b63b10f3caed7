// The default export of a configuration: a description, a function of the context that gives one, or such a function
// with the variables that it takes.
import type { Resource } from './group.ts'
import type { HistoryEntry } from './history.ts'
import type { Module } from './module.ts'
import type { Schemas, ValuesOf } from './schema.ts'
import { callSite } from './site.ts'
import type { Site } from './site.ts'
import type { DescribedOutput, OutputValue } from './text.ts'

export interface ClusterConfig {
  /** Name of the stack; the directory's name if not given. */
  readonly name?: string
  /** Address of the cluster, for example `http://10.0.0.1:8080`; the local cluster if none is configured. */
  readonly server?: string
  readonly resources: readonly (Resource | Module)[]
  readonly outputs?: Readonly<Record<string, OutputValue | DescribedOutput>>
  /** Names from before, and what others made: `[moved('app.old', web), imported(db), removed('app.gone')]`. */
  readonly history?: readonly HistoryEntry[]
  readonly vars?: never
  readonly build?: never
}

export interface ClusterContext<Vars = Readonly<Record<string, string>>> {
  /** The stage, from the environment variable SDDC_ENV; `dev` if that is not set. */
  readonly env: string
  /** Values given with `--var name=value`, in a file of `--var-file`, or as `SDDC_VAR_name`. */
  readonly vars: Vars
  /** The text of a file, by its path from the module. What was read is recorded. */
  readonly readFile: FileReader
}

export interface FileReader {
  (path: string): string
  (path: string, as: 'bytes'): Uint8Array
}

/** What describes a cluster when it is asked. */
export type Describe<Vars> = (context: ClusterContext<Vars>) => ClusterConfig | Promise<ClusterConfig>

export interface ClusterWithVariables<S extends Schemas> {
  /** What may be given from outside: `{ tag: string(), replicas: number({ default: 2 }) }`. */
  readonly vars: S
  readonly build: Describe<ValuesOf<S>>
}

export const clusterMark = Symbol.for('sddc.cluster')

export interface ClusterDefinition {
  readonly [clusterMark]:
    | { readonly vars: Schemas; readonly build: Describe<never> }
    | Describe<Readonly<Record<string, string>>>
    | ClusterConfig
  readonly site: Site | undefined
}

type ClusterSource<S extends Schemas> =
  ClusterWithVariables<S> | Describe<Readonly<Record<string, string>>> | ClusterConfig

export function defineCluster<const S extends Schemas>(source: ClusterSource<S>): ClusterDefinition {
  return { [clusterMark]: source, site: callSite(defineCluster) }
}
