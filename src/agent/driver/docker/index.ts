// The Docker driver, as the agent makes it.
import type { DriverFactory } from '../factory.ts'
import { DockerDriver } from './driver.ts'
import { connectEngine, pingEngine, type EngineOptions } from './engine.ts'

export interface DockerOptions extends EngineOptions {
  /** The address that published ports are bound to. Default: all of the machine's. */
  readonly portAddress?: string
  /** A name for all containers of one cluster, for people and for cleaning up: the label `sddc.cluster`. */
  readonly cluster?: string
}

const allAddresses = '0.0.0.0'

/** `create` rejects with DOCKER_UNAVAILABLE where no engine answers. */
export function dockerDriverFactory(options: DockerOptions = {}): DriverFactory {
  return {
    kind: 'docker',
    create: async context => {
      const engine = connectEngine(options)
      await pingEngine(engine)
      const { agentId, workDirectory } = context
      const owner = {
        agentId,
        workDirectory,
        ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
      }
      return new DockerDriver(context, { engine, owner, portAddress: options.portAddress ?? allAddresses })
    },
  }
}

export type { DockerDriver } from './driver.ts'
export type { LogOptions } from './logs.ts'
