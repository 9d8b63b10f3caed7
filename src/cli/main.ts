// The command line. Each command is a line here and a file in commands/; this file knows words and options only.
import yargs, { type Argv } from 'yargs'
import { CodedError, didYouMean } from '../base/index.ts'
import { normaliseArguments } from './arguments.ts'
import { exit, type Context } from './context.ts'
import { printError } from './problems.ts'
import { openTerminal, type Terminal } from './terminal.ts'
import { programVersion } from './version.ts'

interface Shared {
  readonly color: boolean | undefined
  readonly json: boolean
  readonly server: string | undefined
  readonly stack: string | undefined
}

const configurationTarget = {
  describe: 'A directory, or one Marathon JSON file',
  type: 'string',
  default: '.',
} as const

let result: number = exit.done

async function run(args: Shared, command: (context: Context) => Promise<number>): Promise<void> {
  result = await command({
    terminal: openTerminal(args.color),
    json: args.json,
    server: args.server,
    stack: args.stack,
    directory: process.cwd(),
  })
}

function withVariables<T>(y: Argv<T>): Argv<T & { var: string[]; 'var-file': string[] }> {
  return y
    .option('var', {
      describe: 'Set a variable: name=value',
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
    })
    .option('var-file', {
      describe: 'Read variables from a file',
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
    }) as never
}

function configurationOf(args: { path?: string; var: string[]; 'var-file': string[] }): {
  target: string | undefined
  vars: string[]
  varFiles: string[]
} {
  return { target: args.path, vars: args.var, varFiles: args['var-file'] }
}

function withApply<T>(y: Argv<T>) {
  return withVariables(y)
    .option('auto-approve', { describe: 'Do not ask', type: 'boolean', default: false })
    .option('force', {
      describe: 'Apply although it waits or can not work as things are',
      type: 'boolean',
      default: false,
    })
    .option('take-over', {
      describe: 'Cancel deployments that hold the apps; take the stack over from another place',
      type: 'boolean',
      default: false,
    })
    .option('adopt', { describe: 'Take over apps that belong to no stack', type: 'boolean', default: false })
    .option('detach', { describe: 'Do not wait for the end', type: 'boolean', default: false })
}

function program(args: readonly string[]) {
  return yargs(normaliseArguments(args))
    .scriptName('sddc')
    .usage(
      '$0 <command>\n\nDescribe apps in HCL, TypeScript or Marathon JSON; plan; apply; the cluster is built in.',
    )
    .option('server', { describe: 'Address of the server (also SDDC_SERVER)', type: 'string', global: true })
    .option('stack', {
      describe: 'Name of the stack, instead of the configuration’s own',
      type: 'string',
      global: true,
    })
    .option('json', { describe: 'Answer in JSON', type: 'boolean', default: false, global: true })
    .option('color', {
      describe: 'Colour (default: on a terminal; also NO_COLOR)',
      type: 'boolean',
      global: true,
    })
    .command(
      'plan [path]',
      'Show what would change',
      y =>
        withVariables(y)
          .positional('path', configurationTarget)
          .option('out', { describe: 'Save the plan to a file', type: 'string' })
          .option('detailed-exitcode', {
            describe: 'Exit 2 when there are changes',
            type: 'boolean',
            default: false,
          })
          .option('destroy', {
            describe: 'Plan the removal of the whole stack',
            type: 'boolean',
            default: false,
          })
          .option('adopt', {
            describe: 'Take over apps that belong to no stack',
            type: 'boolean',
            default: false,
          })
          .example('$0 plan', 'what would change here')
          .example('$0 plan -out shop.sddcplan', 'save it, to apply exactly this'),
      a =>
        run(a, async c =>
          (await import('./commands/plan.ts')).planCommand(c, {
            ...configurationOf(a),
            out: a.out,
            detailedExitCode: a['detailed-exitcode'],
            destroy: a.destroy,
            adopt: a.adopt,
          }),
        ),
    )
    .command(
      'apply [path]',
      'Make the cluster as the configuration says',
      y =>
        withApply(y)
          .positional('path', {
            ...configurationTarget,
            describe: 'A directory, one Marathon JSON file, or a saved plan',
          })
          .example('$0 apply examples/quickstart', 'plan, ask, apply')
          .example('$0 apply shop.sddcplan', 'apply a saved plan as it was shown'),
      a =>
        run(a, async c =>
          (await import('./commands/apply.ts')).applyCommand(c, {
            ...configurationOf(a),
            destroy: false,
            adopt: a.adopt,
            autoApprove: a['auto-approve'],
            force: a.force,
            takeOver: a['take-over'],
            detach: a.detach,
          }),
        ),
    )
    .command(
      'destroy [path]',
      'Remove everything that the stack owns',
      y =>
        withApply(y)
          .positional('path', configurationTarget)
          .example('$0 destroy', 'show what goes, ask, remove it'),
      a =>
        run(a, async c =>
          (await import('./commands/apply.ts')).applyCommand(c, {
            ...configurationOf(a),
            destroy: true,
            adopt: false,
            autoApprove: a['auto-approve'],
            force: a.force,
            takeOver: a['take-over'],
            detach: a.detach,
          }),
        ),
    )
    .command(
      'validate [path]',
      'Check a configuration, without a cluster',
      y =>
        withVariables(y).positional('path', configurationTarget).example('$0 validate', 'check what is here'),
      a => run(a, async c => (await import('./commands/validate.ts')).validateCommand(c, configurationOf(a))),
    )
    .command(
      'show [plan]',
      'Show a saved plan, or the state of the cluster',
      y =>
        y
          .positional('plan', { describe: 'A saved plan', type: 'string' })
          .example('$0 show shop.sddcplan', 'what it would do')
          .example('$0 show --json', 'the state, for programs'),
      a => run(a, async c => (await import('./commands/show.ts')).showCommand(c, a.plan)),
    )
    .command(
      'output [name]',
      'Show the outputs of a stack',
      y =>
        withVariables(y)
          .positional('name', { describe: 'One output', type: 'string' })
          .option('raw', { describe: 'The bare value, for scripts', type: 'boolean', default: false })
          .example('$0 output url --raw', 'one value'),
      a =>
        run(a, async c =>
          (await import('./commands/output.ts')).outputCommand(c, {
            ...configurationOf(a),
            target: undefined,
            name: a.name,
            raw: a.raw,
          }),
        ),
    )
    .command(
      'up',
      'Start a local cluster in the background',
      y =>
        y
          .option('agents', { describe: 'How many agents', type: 'number' })
          .option('port', {
            describe: 'Where the server answers (default 8080, or the next free one)',
            type: 'number',
          })
          .option('dir', { describe: 'Where its .sddc directory is or shall be', type: 'string' })
          .option('ping-interval', { describe: 'Time between signs of life', type: 'string' })
          .example('$0 up --agents 5', 'a server and five agents'),
      a =>
        run(a, async c =>
          (await import('./commands/local.ts')).upCommand(c, {
            directory: a.dir,
            agents: wholeNumber('agents', a.agents, 1, 50),
            port: wholeNumber('port', a.port, 1, 65_535),
            pingInterval: a['ping-interval'],
          }),
        ),
    )
    .command(
      'down',
      'End the local cluster and all its tasks; its state stays',
      y => y.option('dir', { describe: 'Where its .sddc directory is', type: 'string' }),
      a => run(a, async c => (await import('./commands/local.ts')).downCommand(c, a.dir)),
    )
    .command(
      'server',
      'Run a server in the foreground',
      y =>
        y
          .option('data', { describe: 'Directory of the state', type: 'string', default: 'sddc-data' })
          .option('host', { describe: 'Address to listen on', type: 'string', default: '127.0.0.1' })
          .option('port', { describe: 'Port to listen on', type: 'number', default: 8080 })
          .option('ping-interval', { describe: 'Time between signs of life', type: 'string' })
          .example('$0 server --data /var/lib/sddc', 'as a service'),
      a =>
        run(a, async c =>
          (await import('./commands/roles.ts')).serverCommand(c, {
            data: a.data,
            host: a.host,
            port: wholeNumber('port', a.port, 0, 65_535) ?? 8080,
            pingInterval: a['ping-interval'],
          }),
        ),
    )
    .command(
      'agent',
      'Run an agent in the foreground',
      y =>
        y
          .option('work', { describe: 'Work directory', type: 'string', default: 'sddc-agent' })
          .option('name', { describe: 'Name of the agent (default: the host’s)', type: 'string' })
          .option('hostname', { describe: 'Host name that tasks are reached at', type: 'string' })
          .option('address', { describe: 'Address that its tasks listen on', type: 'string' })
          .option('resources', {
            describe: 'For example cpus:4;mem:4096;ports:[31000-32000]',
            type: 'string',
          })
          .option('attributes', { describe: 'For example rack:1;disk:ssd', type: 'string' })
          .example('$0 agent --server http://10.0.0.1:8080 --attributes "rack:1"', 'join a cluster'),
      a =>
        run(a, async c =>
          (await import('./commands/roles.ts')).agentCommand(c, {
            server: agentServer(a.server),
            work: a.work,
            name: a.name,
            hostname: a.hostname,
            address: a.address,
            resources: a.resources,
            attributes: a.attributes,
          }),
        ),
    )
    .command(
      'status [app]',
      'Show agents, apps, instances and deployments',
      y =>
        y
          .positional('app', { describe: 'One app', type: 'string' })
          .example('$0 status web', 'one app, all its instances'),
      a => run(a, async c => (await import('./commands/status.ts')).statusCommand(c, a.app)),
    )
    .command(
      'logs <app>',
      'Show what a task prints',
      y =>
        y
          .positional('app', { describe: 'The app', type: 'string', demandOption: true })
          .option('instance', { describe: 'One instance, by the first digits of its id', type: 'string' })
          .option('stderr', {
            describe: 'Standard error instead of standard output',
            type: 'boolean',
            default: false,
          })
          .option('follow', { alias: 'f', describe: 'Go on as it grows', type: 'boolean', default: false })
          .option('tail', { alias: 'n', describe: 'Only the last lines', type: 'number' })
          .example('$0 logs web -f', 'follow the oldest instance'),
      a =>
        run(a, async c =>
          (await import('./commands/logs.ts')).logsCommand(c, {
            app: a.app,
            instance: a.instance,
            stderr: a.stderr,
            follow: a.follow,
            tail: wholeNumber('tail', a.tail, 0, 1_000_000),
          }),
        ),
    )
    .command(
      'scale <app> <instances>',
      'Change the number of instances',
      y =>
        withOperate(y)
          .positional('app', { type: 'string', demandOption: true })
          .positional('instances', { type: 'number', demandOption: true })
          .example('$0 scale web 3', 'three instances; what runs is not touched'),
      a => run(a, async c => (await import('./commands/operate.ts')).scaleCommand(c, a)),
    )
    .command(
      'restart <app>',
      'Replace all instances, by the app’s upgrade strategy',
      y => withOperate(y).positional('app', { type: 'string', demandOption: true }),
      a => run(a, async c => (await import('./commands/operate.ts')).restartCommand(c, a)),
    )
    .command(
      'stop <app>',
      'Suspend an app: no instances, the app stays',
      y => withOperate(y).positional('app', { type: 'string', demandOption: true }),
      a => run(a, async c => (await import('./commands/operate.ts')).stopCommand(c, a)),
    )
    .command('deployment', 'List, watch or cancel deployments', y =>
      y
        .command('ls', 'List what runs', {}, a =>
          run(a as never, async c => (await import('./commands/deployment.ts')).deploymentList(c)),
        )
        .command(
          'watch <id>',
          'Watch one to its end',
          z => z.positional('id', { type: 'string', demandOption: true }),
          a =>
            run(a as never, async c => (await import('./commands/deployment.ts')).deploymentWatch(c, a.id)),
        )
        .command(
          'cancel <id>',
          'Cancel one and roll back what it changed',
          z =>
            z.positional('id', { type: 'string', demandOption: true }).option('force', {
              describe: 'Stop where it is, without rolling back',
              type: 'boolean',
              default: false,
            }),
          a =>
            run(a as never, async c =>
              (await import('./commands/deployment.ts')).deploymentCancel(c, a.id, a.force),
            ),
        )
        .demandCommand(1, 'Say what to do: ls, watch or cancel'),
    )
    .demandCommand(1, 'Say what to do. See: sddc --help')
    .strict()
    .version(programVersion())
    .help()
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? usageError(message, args)
    })
}

function withOperate<T>(y: Argv<T>) {
  return y
    .option('force', { describe: 'Take over from a running deployment', type: 'boolean', default: false })
    .option('detach', { describe: 'Do not wait for the end', type: 'boolean', default: false })
}

function agentServer(server: string | undefined): string {
  const named = server ?? (process.env['SDDC_SERVER'] || undefined)
  if (named !== undefined) return named
  throw new CodedError('USAGE', 'An agent needs the address of its server', {
    advice: 'Like this: sddc agent --server http://127.0.0.1:8080',
  })
}

function wholeNumber(
  name: string,
  value: number | undefined,
  least: number,
  most: number,
): number | undefined {
  if (value === undefined) return undefined
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new CodedError('USAGE', `--${name} is a whole number from ${least} to ${most}`)
}

const commands = [
  'plan',
  'apply',
  'destroy',
  'validate',
  'show',
  'output',
  'up',
  'down',
  'server',
  'agent',
  'status',
  'logs',
  'scale',
  'restart',
  'stop',
  'deployment',
]

function usageError(message: string, args: readonly string[]): CodedError {
  const [word] = args.filter(a => !a.startsWith('-'))
  const unknown = word !== undefined && !commands.includes(word)
  const text = unknown ? `"${word}" is not a command.${didYouMean(word, commands)}` : message
  return new CodedError('USAGE', text, {
    advice: `See: sddc ${unknown || word === undefined ? '' : `${word} `}--help`,
  })
}

async function main(args: readonly string[]): Promise<void> {
  let terminal: Terminal = openTerminal(undefined)
  try {
    if (args.includes('--no-color') || args.includes('-no-color')) terminal = openTerminal(false)
    await program(args).parseAsync()
    process.exitCode = result
  } catch (error) {
    printError(terminal, error)
    process.exitCode = exit.error
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader went away (`sddc status | head`): nobody is left to tell.
  if (error.code === 'EPIPE') process.exit(exit.done)
  throw error
})

await main(process.argv.slice(2))
