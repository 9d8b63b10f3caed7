// A change of a stored app (specification: partial update): each top-level field that is present replaces the stored
// one as a whole, null and absent keep it. Not partial: the definition is replaced, with defaults. Ports follow when
// the network changes between the machine's and one of the container's own.
import type { Diagnostic, Json } from '../../base/index.ts'
import type { App, PortDefinition, PortMapping } from '../app.ts'
import { finishApp, readLoose } from './app.ts'
import type { NormalizedApp } from './app.ts'
import { translateLegacy } from './legacy.ts'
import type { LooseApp, LooseContainer } from './legacy.ts'
import { isObject, problem } from './problem.ts'

/** `stored` is the submitted form. */
export function normalizeUpdate(
  stored: App,
  patch: Json,
  options: { readonly partial: boolean; readonly base?: string },
): NormalizedApp {
  const diagnostics: Diagnostic[] = []
  const loose = readLoose(patch, diagnostics)
  if (isObject(patch) && patch['version'] !== undefined && patch['version'] !== null) {
    diagnostics.push(versionProblem(patch))
    return { diagnostics }
  }
  if (!loose) return { diagnostics }
  const change = translateLegacy(loose, diagnostics)
  const place = { id: stored.id, base: options.base ?? '/' }
  return finishApp(options.partial ? merged(stored, change) : change, place, diagnostics)
}

function versionProblem(patch: { readonly [key: string]: Json | undefined }): Diagnostic {
  const others = Object.keys(patch).filter(key => key !== 'version' && key !== 'id')
  if (others.length > 0)
    return problem(
      '/',
      "The 'version' field may only be combined with the 'id' field.",
      'To change the app leave "version" out; to go back to a stored version send nothing else.',
    )
  return problem(
    '/version',
    'a stored version is not a definition',
    'Look the version up and send its fields.',
  )
}

function merged(stored: App, change: LooseApp): LooseApp {
  const { id: _id, ...present } = change
  const both: LooseApp = { ...stored, ...present }
  const { portDefinitions, container, ...rest } = both
  const wasHost = stored.networks[0]!.mode === 'host'
  const isHost = (both.networks?.[0]?.mode ?? 'host') === 'host'
  if (wasHost === isHost) return both
  if (isHost) {
    const definitions = change.portDefinitions ?? stored.container?.portMappings?.map(definitionOf)
    const kept = change.container ?? withoutMappings(stored.container)
    return { ...rest, ...(kept && { container: kept }), ...(definitions && { portDefinitions: definitions }) }
  }
  const mappings = container?.portMappings ?? stored.portDefinitions?.map(mappingOf)
  return {
    ...rest,
    ...(change.portDefinitions && { portDefinitions: change.portDefinitions }),
    container: { volumes: [], ...container, ...(mappings && { portMappings: mappings }) },
  }
}

function definitionOf(mapping: PortMapping): PortDefinition {
  const { servicePort, protocol, name, labels } = mapping
  return { port: servicePort, protocol, ...(name !== undefined && { name }), labels }
}

function mappingOf(definition: PortDefinition): PortMapping {
  const { port, protocol, name, labels } = definition
  return {
    containerPort: 0,
    servicePort: port,
    protocol,
    ...(name !== undefined && { name }),
    labels,
    networkNames: [],
  }
}

// A container that says nothing came with the network and goes with it.
function withoutMappings(container: App['container']): LooseContainer | undefined {
  if (!container) return undefined
  const { portMappings: _portMappings, ...rest } = container
  const empty = rest.type === 'MESOS' && !rest.docker && rest.volumes.length === 0 && !rest.linuxInfo
  return empty ? undefined : rest
}
