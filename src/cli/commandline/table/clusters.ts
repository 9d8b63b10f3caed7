// Commands that run a cluster: a local one in the background, or one role in the foreground.
import { command } from '../command.ts'
import { data, json, pingInterval, port, server } from '../shared.ts'

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
      data,
      init: { kind: 'flag', about: 'Make a new cluster in that directory first' },
      host: { kind: 'text', value: 'ADDRESS', about: 'Address to listen on (default 127.0.0.1)' },
      'allow-host': {
        kind: 'texts',
        value: 'NAME',
        about: 'Further name under which requests may come in; several times',
      },
      port: { ...port, least: 0, about: 'Port to listen on (default 8080; 0: any free one)' },
      'ping-interval': pingInterval,
      'snapshot-interval': {
        kind: 'text',
        value: 'TIME',
        about: 'Time between two snapshots that the server takes by itself (default 1h)',
      },
      'keep-snapshots': {
        kind: 'whole',
        value: 'N',
        least: 0,
        most: 1000,
        about: 'How many of them are kept (default 5; 0: none are taken)',
      },
    },
    examples: [
      ['server --data /var/lib/sddc --init', 'the first time'],
      ['server --data /var/lib/sddc --host 10.0.0.1', 'from then on, as a service'],
    ],
    run: async (context, v) =>
      (await import('../../commands/server.ts')).serverCommand(context, {
        data: v.data ?? 'sddc-data',
        host: v.host ?? '127.0.0.1',
        port: v.port ?? 8080,
        pingInterval: v['ping-interval'],
        allowedHosts: v['allow-host'],
        init: v.init,
        snapshotInterval: v['snapshot-interval'],
        keepSnapshots: v['keep-snapshots'],
      }),
  }),
  command({
    name: 'server snapshot save',
    about: 'Write the whole state into a file; of a running server, or with --data of a directory',
    words: {
      file: { kind: 'text', required: false, about: 'Where to (default: a name made of the time)' },
    },
    options: { data, server, json },
    examples: [
      ['server snapshot save backup.snapshot', 'of the running server'],
      ['server snapshot save --data /var/lib/sddc', 'of a directory that no server uses'],
    ],
    run: async (context, v) =>
      (await import('../../commands/snapshot.ts')).snapshotSave(context, { file: v.file, data: v.data }),
  }),
  command({
    name: 'server snapshot restore',
    about: 'Put a snapshot in the place of the state; the server must be stopped',
    words: { file: { kind: 'text', required: true, about: 'The snapshot' } },
    options: { data, json },
    examples: [['server snapshot restore backup.snapshot --data /var/lib/sddc', 'the old state is kept']],
    run: async (context, v) =>
      (await import('../../commands/snapshot.ts')).snapshotRestore(context, {
        file: v.file,
        data: v.data ?? 'sddc-data',
      }),
  }),
  command({
    name: 'server snapshot inspect',
    about: 'Prove a snapshot whole and show what is in it',
    words: { file: { kind: 'text', required: true, about: 'The snapshot' } },
    options: { json },
    examples: [['server snapshot inspect backup.snapshot', 'revision, time, rows by table']],
    run: async (context, v) => (await import('../../commands/snapshot.ts')).snapshotInspect(context, v.file),
  }),
  command({
    name: 'server repair',
    about: 'Make a damaged state whole again, as far as it can be; the server must be stopped',
    words: {},
    options: {
      data,
      from: {
        kind: 'text',
        value: 'FILE',
        about: 'The snapshot to use (default: the newest that the server took)',
      },
      json,
    },
    examples: [
      ['server repair --data /var/lib/sddc', 'what was there is kept, nothing that runs is stopped'],
    ],
    run: async (context, v) =>
      (await import('../../commands/snapshot.ts')).repair(context, {
        data: v.data ?? 'sddc-data',
        from: v.from,
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
      (await import('../../commands/agent.ts')).agentCommand(context, {
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
