// Commands that run a cluster: a local one in the background, or one role in the foreground.
import { command } from '../command.ts'
import { pingInterval, port, server } from '../shared.ts'

/** Each local agent has an address and a range of ports of its own; a laptop does not need more. */
const maxLocalAgents = 50

export const clusterCommands = [
  command({
    name: 'up',
    about: 'Start a local cluster in the background',
    words: {},
    options: {
      agents: {
        kind: 'whole',
        value: 'N',
        least: 1,
        most: maxLocalAgents,
        about: 'How many agents (default: as many as there were, or 3)',
      },
      port: {
        ...port,
        about: 'Where the server answers (default: as before, or 8080, or the next free one)',
      },
      dir: {
        kind: 'text',
        value: 'DIRECTORY',
        about: 'Whose cluster (default: this one, up to the repository’s root)',
      },
      'ping-interval': pingInterval,
    },
    examples: [
      ['up', 'a server and three agents'],
      ['up --agents 5', 'with five; more can be added while it runs'],
    ],
    run: async (context, v) =>
      (await import('../../commands/local.ts')).upCommand(context, {
        directory: v.dir,
        agents: v.agents,
        port: v.port,
        pingInterval: v['ping-interval'],
      }),
  }),
  command({
    name: 'down',
    about: 'End the local cluster and all its tasks; its state stays',
    words: {},
    options: {
      dir: {
        kind: 'text',
        value: 'DIRECTORY',
        about: 'Whose cluster (default: this one, up to the repository’s root)',
      },
    },
    examples: [['down', 'end the cluster of this directory; "sddc up" goes on from there']],
    run: async (context, v) => (await import('../../commands/local.ts')).downCommand(context, v.dir),
  }),
  command({
    name: 'server',
    about: 'Run a server in the foreground',
    words: {},
    options: {
      data: { kind: 'text', value: 'DIRECTORY', about: 'Directory of the state (default sddc-data)' },
      init: { kind: 'flag', about: 'Make a new cluster in that directory first' },
      host: { kind: 'text', value: 'ADDRESS', about: 'Address to listen on (default 127.0.0.1)' },
      'allow-host': {
        kind: 'texts',
        value: 'NAME',
        about: 'Further name under which requests may come in; several times',
      },
      port: { ...port, least: 0, about: 'Port to listen on (default 8080; 0: any free one)' },
      'ping-interval': pingInterval,
    },
    examples: [
      ['server --data /var/lib/sddc --init', 'the first time'],
      ['server --data /var/lib/sddc --host 10.0.0.1', 'from then on, as a service'],
    ],
    run: async (context, v) =>
      (await import('../../commands/roles.ts')).serverCommand(context, {
        data: v.data ?? 'sddc-data',
        host: v.host ?? '127.0.0.1',
        port: v.port ?? 8080,
        pingInterval: v['ping-interval'],
        allowedHosts: v['allow-host'],
        init: v.init,
      }),
  }),
  command({
    name: 'agent',
    about: 'Run an agent in the foreground',
    words: {},
    options: {
      server,
      work: { kind: 'text', value: 'DIRECTORY', about: 'Work directory (default sddc-agent)' },
      name: { kind: 'text', value: 'NAME', about: 'Name of the agent (default: the host’s)' },
      hostname: {
        kind: 'text',
        value: 'NAME',
        about: 'Name or address that its tasks are reached at (default: the host’s)',
      },
      address: {
        kind: 'text',
        value: 'ADDRESS',
        about: 'Address that ports of containers are bound to and checks dial (default: the host name)',
      },
      resources: {
        kind: 'text',
        value: 'TEXT',
        about: 'What it offers: "cpus:4;mem:4096;ports:[31000-32000]" (default: what the machine has)',
      },
      attributes: { kind: 'text', value: 'TEXT', about: 'For constraints: "rack:1;disk:ssd"' },
    },
    examples: [['agent --server http://10.0.0.1:8080 --attributes rack:1', 'join a cluster']],
    run: async (context, v) =>
      (await import('../../commands/roles.ts')).agentCommand(context, {
        server: v.server,
        work: v.work ?? 'sddc-agent',
        name: v.name,
        hostname: v.hostname,
        address: v.address,
        resources: v.resources,
        attributes: v.attributes,
      }),
  }),
]
