// The blocks of the language that are not things in the cluster: what arguments they have and what each is for. The
// evaluator reads the names from here, the reference and the JSON Schema the rest.

export interface Construct {
  /** How many labels; each label is a name. */
  readonly labels: 0 | 1
  readonly documentation: string
  readonly arguments: Readonly<Record<string, Argument>>
  readonly blocks?: Readonly<Record<string, Construct>>
  /** Other arguments are taken, too, and these are what they mean. */
  readonly others?: string
}

export interface Argument {
  readonly documentation: string
  readonly required?: true
  /** What it may be, for people. */
  readonly type: string
}

const condition: Construct = {
  labels: 0,
  documentation: 'A condition and what to say when it does not hold.',
  arguments: {
    condition: { type: 'bool', required: true, documentation: 'Must be true.' },
    error_message: {
      type: 'string',
      required: true,
      documentation: 'A sentence for whoever has to mend it.',
    },
  },
}

/** In apps, groups, volumes and module blocks, beside what they have of their own. */
export const metaArguments: Readonly<Record<'for_each' | 'count' | 'depends_on', Argument>> = {
  for_each: {
    type: 'map, object, or set of strings',
    documentation: 'One for each element: each.key and each.value are known inside.',
  },
  count: { type: 'number', documentation: 'So many: count.index is known inside, counted from 0.' },
  depends_on: {
    type: 'list of references',
    documentation: 'Apps, groups and modules that are up before this starts.',
  },
}

/** In apps, groups and volumes. */
export const lifecycleConstruct: Construct = {
  labels: 0,
  documentation: 'How the thing may change and go.',
  arguments: {
    ignore_changes: {
      type: 'list of argument names, or all',
      documentation: 'What other hands may change: the plan keeps what the cluster has.',
    },
    prevent_destroy: { type: 'bool', documentation: 'A plan that would delete it is an error.' },
    destroy: {
      type: 'bool',
      documentation: 'Whether it is deleted when the configuration no longer has it, or only forgotten.',
    },
  },
  blocks: {
    precondition: { ...condition, documentation: 'Must hold before anything is planned.' },
    postcondition: { ...condition, documentation: 'Must hold of the result, which is known as self.' },
  },
}

/** `dynamic "port" { … }`: blocks made from a list. The label is the type of the blocks. */
export const dynamicConstruct: Construct = {
  labels: 1,
  documentation: 'Makes blocks of the type that its label names, one for each element.',
  arguments: {
    for_each: { type: 'list, set, map or object', required: true, documentation: 'The elements.' },
    iterator: {
      type: 'name',
      documentation: 'What the element is called in content; the label if not given.',
    },
    labels: { type: 'list of strings', documentation: 'Labels of each block.' },
  },
  blocks: {
    content: {
      labels: 0,
      documentation: 'The body of each block.',
      arguments: {},
      others: 'those of the block',
    },
  },
}

/** At the top level of a file. */
export const constructs = {
  sddc: {
    labels: 0,
    documentation: 'Settings of the configuration.',
    arguments: {
      stack: {
        type: 'string',
        documentation: "Name of the stack that owns everything here; the directory's name if not given.",
      },
      server: { type: 'string', documentation: 'Address of the cluster, for example http://10.0.0.1:8080.' },
    },
  },
  variable: {
    labels: 1,
    documentation: 'A value from outside, known as var.NAME.',
    arguments: {
      type: {
        type: 'type',
        documentation: 'What values are converted to, for example list(string); any if not given.',
      },
      default: {
        type: 'a literal',
        documentation: 'The value when none is given. Without one the variable is required.',
      },
      description: { type: 'string', documentation: 'For people.' },
      sensitive: { type: 'bool', documentation: 'The value and all that comes from it is not shown.' },
      nullable: {
        type: 'bool',
        documentation: 'Whether it may be null; true if not given. If not, null is the default.',
      },
      deprecated: { type: 'string', documentation: 'A warning with this text for whoever sets it.' },
    },
    blocks: { validation: { ...condition, documentation: 'What must hold of the value.' } },
  },
  locals: {
    labels: 0,
    documentation: 'Named values, known as local.NAME.',
    arguments: {},
    others: 'names of your own',
  },
  output: {
    labels: 1,
    documentation:
      'A value for others: shown after apply and by sddc output, and known to who calls the module.',
    arguments: {
      value: { type: 'any', required: true, documentation: 'The value.' },
      description: { type: 'string', documentation: 'For people.' },
      sensitive: { type: 'bool', documentation: 'The value is not shown.' },
      depends_on: {
        type: 'list of references',
        documentation: 'What else must be up before the value means anything.',
      },
    },
    blocks: {
      precondition: { ...condition, documentation: 'What must hold before the value is given out.' },
    },
  },
  module: {
    labels: 1,
    documentation:
      'Another directory of HCL, with values for its variables. What it has gets the label as its group.',
    arguments: {
      source: {
        type: 'a literal',
        required: true,
        documentation:
          'A directory (./modules/blog), or a git repository (git::https://HOST/REPO.git//DIR?ref=TAG).',
      },
      ...metaArguments,
    },
    others: 'the variables of the module',
  },
  moved: {
    labels: 0,
    documentation: 'A thing has a new name: it goes on running under it.',
    arguments: {
      from: { type: 'address', required: true, documentation: 'What it was called.' },
      to: { type: 'address', required: true, documentation: 'What it is called.' },
    },
  },
  import: {
    labels: 0,
    documentation: 'Takes over what is in the cluster and belongs to nobody.',
    arguments: {
      to: { type: 'address', required: true, documentation: 'What it is called here.' },
      id: { type: 'string', documentation: 'Its id in the cluster; that of the address if not given.' },
    },
  },
  removed: {
    labels: 0,
    documentation: 'What is no longer here, and what becomes of it.',
    arguments: { from: { type: 'address', required: true, documentation: 'What it was called.' } },
    blocks: {
      lifecycle: {
        labels: 0,
        documentation: 'What becomes of it.',
        arguments: {
          destroy: {
            type: 'bool',
            documentation: 'false: it runs on and belongs to nobody. true: it is deleted.',
          },
        },
      },
    },
  },
  check: {
    labels: 1,
    documentation: 'What should hold of the whole: a warning where it does not, never an error.',
    arguments: {},
    blocks: { assert: { ...condition, documentation: 'A condition and what to say when it does not hold.' } },
  },
} as const satisfies Readonly<Record<string, Construct>>

/** The names of a construct's arguments, in their order. */
export function argumentNames(construct: Construct): readonly string[] {
  return Object.keys(construct.arguments)
}
