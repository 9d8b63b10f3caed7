// Commands that work on configurations. Each loads its file when it runs, so that the others start fast.
import { command, type Repeated } from '../command.ts'
import { json, path, server, stack, variables } from '../shared.ts'

const adopt = {
  kind: 'flag',
  about: 'Take over what has the same name and belongs to no stack',
} as const

const applying = {
  'auto-approve': { kind: 'flag', about: 'Do not ask' },
  force: {
    kind: 'flag',
    about: 'Apply although the forecast says it can not work, or an app wants very many instances',
  },
  'take-over': {
    kind: 'flag',
    about: 'Cancel deployments that hold the apps; take the stack over from the place that applied it last',
  },
  queue: { kind: 'flag', about: 'Wait for deployments that hold the apps, in order of coming' },
  detach: { kind: 'flag', about: 'Do not wait for the end' },
} as const

export const configurationCommands = [
  command({
    name: 'plan',
    about: 'Show what would change',
    words: { path },
    options: {
      out: { kind: 'text', value: 'FILE', about: 'Save the plan, for "sddc apply FILE"' },
      'detailed-exitcode': { kind: 'flag', about: 'Exit 2 when there are changes' },
      destroy: { kind: 'flag', about: 'Plan the removal of everything that the stack owns' },
      adopt,
      ...variables,
      stack,
      server,
      json,
    },
    examples: [
      ['plan', 'what would change here'],
      ['plan examples/quickstart', 'in another directory'],
      ['plan -out shop.sddcplan', 'save it, to apply exactly this'],
    ],
    run: async (context, v) =>
      (await import('../../commands/plan.ts')).planCommand(context, {
        ...configuration(v),
        out: v.out,
        detailedExitCode: v['detailed-exitcode'],
        destroy: v.destroy,
        adopt: v.adopt,
      }),
  }),
  command({
    name: 'apply',
    about: 'Make the cluster as the configuration says',
    words: {
      path: { ...path, about: 'A directory (default: this one), a Marathon JSON file or a saved plan' },
    },
    options: { ...applying, adopt, ...variables, stack, server, json },
    examples: [
      ['apply examples/quickstart', 'plan, ask, apply'],
      ['apply shop.sddcplan', 'apply a saved plan as it was shown'],
      ['apply --auto-approve -var tag=1.4', 'without a question, for scripts'],
    ],
    run: async (context, v) =>
      (await import('../../commands/apply.ts')).applyCommand(context, {
        ...configuration(v),
        ...howToApply(v),
        destroy: false,
        adopt: v.adopt,
      }),
  }),
  command({
    name: 'destroy',
    about: 'Remove everything that the stack owns; data of volumes stays',
    words: { path },
    options: { ...applying, ...variables, stack, server, json },
    examples: [['destroy examples/quickstart', 'show what goes, ask, remove it']],
    run: async (context, v) =>
      (await import('../../commands/apply.ts')).applyCommand(context, {
        ...configuration(v),
        ...howToApply(v),
        destroy: true,
        adopt: false,
      }),
  }),
  command({
    name: 'validate',
    about: 'Check a configuration, without a cluster',
    words: { path },
    options: {
      strict: {
        kind: 'flag',
        about: 'Run a TypeScript module twice, at two times of day, and refuse two different results',
      },
      ...variables,
      stack,
      json,
    },
    examples: [
      ['validate examples/quickstart', 'all mistakes at once, with their places'],
      ['validate --strict', 'for CI: no clock and no chance in a TypeScript module'],
    ],
    run: async (context, v) =>
      (await import('../../commands/validate.ts')).validateCommand(context, {
        ...configuration(v),
        strict: v.strict,
      }),
  }),
  command({
    name: 'get',
    about: 'Fetch the modules that a configuration calls, and lock them',
    words: { path: { ...path, about: 'A directory (default: this one)' } },
    options: {
      upgrade: { kind: 'flag', about: 'Look up branches and tags anew, and lock what they mean now' },
      json,
    },
    examples: [
      ['get', 'what is missing, at the commits of sddc.lock.json'],
      ['get --upgrade', 'newer commits of branches'],
    ],
    run: async (context, v) =>
      (await import('../../commands/get.ts')).getCommand(context, { target: v.path, upgrade: v.upgrade }),
  }),
  command({
    name: 'init',
    about: 'Write a first configuration',
    words: {
      directory: { kind: 'text', required: false, about: 'Where (default: this directory); it is made' },
    },
    options: {
      hcl: { kind: 'flag', about: 'In HCL (the default)' },
      ts: { kind: 'flag', about: 'In TypeScript, with types for the editor' },
    },
    examples: [
      ['init shop', 'a directory with main.hcl'],
      ['init --ts shop', 'with sddc.config.ts, which an editor checks without an install'],
    ],
    run: async (context, v) => (await import('../../commands/init.ts')).initCommand(context, v),
  }),
  command({
    name: 'convert',
    about: 'Write a configuration in another form: HCL, TypeScript or JSON',
    words: { path },
    options: {
      to: { kind: 'text', value: 'FORM', about: 'hcl, ts or json' },
      output: {
        kind: 'text',
        short: 'o',
        value: 'PATH',
        about: 'A file or a directory (default: standard output)',
      },
      force: { kind: 'flag', about: 'Overwrite files; write beside another configuration' },
      'show-sensitive': { kind: 'flag', about: 'Print sensitive values to standard output' },
      ...variables,
      stack,
    },
    examples: [
      ['convert --to hcl shop.group.json -o shop', 'from Marathon to a directory with main.hcl'],
      ['convert --to ts', 'the configuration here as a TypeScript module, to look at'],
    ],
    run: async (context, v) =>
      (await import('../../commands/convert.ts')).convertCommand(context, {
        ...configuration(v),
        to: v.to,
        output: v.output,
        force: v.force,
        showSensitive: v['show-sensitive'],
      }),
  }),
  command({
    name: 'fmt',
    about: 'Bring HCL files into the canonical style',
    words: {
      path: {
        kind: 'texts',
        required: false,
        about:
          'Files and directories (default: this one); "-" reads standard input and writes standard output',
      },
    },
    options: {
      check: { kind: 'flag', about: 'Write nothing; exit 3 when something is not formatted' },
      diff: { kind: 'flag', about: 'Show what changes, as a unified diff' },
      recursive: { kind: 'flag', about: 'Also the directories inside of directories' },
    },
    examples: [
      ['fmt', 'the files of this directory'],
      ['fmt --check --diff --recursive', 'for CI: what would change, everywhere below'],
      ['fmt -', 'for editors: from standard input to standard output'],
    ],
    run: async (context, v) =>
      (await import('../../commands/fmt.ts')).fmtCommand(context, {
        paths: v.path,
        check: v.check,
        diff: v.diff,
        recursive: v.recursive,
      }),
  }),
  command({
    name: 'test',
    about: 'Run the tests of a configuration, without a cluster',
    words: { path },
    options: {
      filter: { kind: 'texts', value: 'FILE', about: 'Only this test file; can be given several times' },
      ...variables,
      stack,
      json,
    },
    examples: [
      ['test', 'all *.test.hcl here and in tests/'],
      ['test --filter web.test.hcl', 'one file'],
    ],
    run: async (context, v) =>
      (await import('../../commands/test.ts')).testCommand(context, {
        ...configuration(v),
        filter: v.filter,
      }),
  }),
  command({
    name: 'console',
    about: 'Ask for the value of expressions',
    words: { path },
    options: { ...variables, stack, json },
    examples: [
      ['console', 'with the names of the configuration here'],
      ['console --json', 'one expression a line from standard input, one answer each'],
    ],
    run: async (context, v) =>
      (await import('../../commands/console.ts')).consoleCommand(context, configuration(v)),
  }),
  command({
    name: 'graph',
    about: 'Draw what depends on what',
    words: { path },
    options: {
      format: { kind: 'text', value: 'FORMAT', about: 'dot (for Graphviz, the default) or svg' },
      out: { kind: 'text', value: 'FILE', about: 'Write it to a file; a name with .svg gives a picture' },
      ...variables,
      stack,
    },
    examples: [
      ['graph --out shop.svg', 'a picture, for any browser'],
      ['graph', 'text for Graphviz, for example into: dot -Tpng'],
    ],
    run: async (context, v) =>
      (await import('../../commands/graph.ts')).graphCommand(context, {
        ...configuration(v),
        format: v.format,
        out: v.out,
      }),
  }),
  command({
    name: 'schema',
    about: 'Print the JSON Schema of configurations, for editors',
    words: {
      of: {
        kind: 'text',
        required: false,
        about: 'configuration (*.hcl.json, the default) or app (*.app.json, *.group.json)',
      },
    },
    options: {},
    examples: [
      ['schema', 'for *.hcl.json; keep it in a file: > sddc.schema.json'],
      ['schema app', 'for *.app.json and *.group.json'],
    ],
    run: async (context, v) => (await import('../../commands/schema.ts')).schemaCommand(context, v.of),
  }),
  command({
    name: 'show',
    about: 'Show a saved plan, or the apps in the cluster',
    words: { plan: { kind: 'text', required: false, about: 'A file that "sddc plan -out" made' } },
    options: { stack: { ...stack, about: 'Only the apps of this stack' }, server, json },
    examples: [
      ['show shop.sddcplan', 'what it would do'],
      ['show --json', 'the state, for programs'],
    ],
    run: async (context, v) => (await import('../../commands/show.ts')).showCommand(context, v.plan),
  }),
  command({
    name: 'output',
    about: 'Show the outputs of a stack',
    words: { name: { kind: 'text', required: false, about: 'One output (default: all)' } },
    options: {
      raw: { kind: 'flag', about: 'The bare value, for scripts' },
      ...variables,
      stack,
      server,
      json,
    },
    examples: [
      ['output', 'all outputs of the configuration here'],
      ['output url --raw', 'one value'],
      ['output --stack shop --json', 'of a stack, from anywhere'],
    ],
    run: async (context, v) =>
      (await import('../../commands/output.ts')).outputCommand(context, {
        ...configuration({ ...v, path: undefined }),
        name: v.name,
        raw: v.raw,
      }),
  }),
]

interface Configuration {
  readonly path: string | undefined
  readonly inOrder: readonly Repeated[]
}

function configuration(v: Configuration) {
  return { target: v.path, given: v.inOrder }
}

interface Applying {
  readonly 'auto-approve': boolean
  readonly force: boolean
  readonly 'take-over': boolean
  readonly queue: boolean
  readonly detach: boolean
}

function howToApply(v: Applying) {
  return {
    autoApprove: v['auto-approve'],
    force: v.force,
    takeOver: v['take-over'],
    queue: v.queue,
    detach: v.detach,
  }
}
