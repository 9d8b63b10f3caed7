// docs/language.md: the text of template.md with tables and examples put in where it asks for them, `<!-- example NAME -->`
// and the like. Pure: the same text, tables and examples give the same page.
import { present } from '../../../src/base/index.ts'
import {
  appWords,
  constructs,
  dynamicConstruct,
  groupWords,
  lifecycleConstruct,
  metaArguments,
  volumeWords,
} from '../../../src/lang/vocabulary/index.ts'
import type { Construct } from '../../../src/lang/vocabulary/index.ts'
import { functionTables, refusedTable } from './functions.ts'
import { argumentTable, constructTables, wordTables } from './tables.ts'

export interface Page {
  readonly text: string
  /** What the template put in: `example volumes`. */
  readonly included: ReadonlySet<string>
}

/** `examples` by path below examples/language. */
export function languagePage(template: string, examples: ReadonlyMap<string, string>): Page {
  const included = new Set<string>()
  const text = template.replace(/^<!-- (\w+)(?: ([\w-]+))? -->$/gm, (_, kind: string, name: string = '') => {
    included.add(`${kind} ${name}`.trim())
    return part(kind, name, examples)
  })
  return { text, included }
}

/** Every part that there is; the page must have them all. */
export function everyPart(exampleNames: readonly string[]): readonly string[] {
  return [
    ...Object.keys(parts),
    ...Object.keys(allConstructs).map(name => `construct ${name}`),
    ...Object.keys(kinds).map(name => `words ${name}`),
    ...exampleNames.map(name => `example ${name}`),
  ]
}

const parts: Readonly<Record<string, () => string>> = {
  functions: functionTables,
  refused: refusedTable,
  meta: () => argumentTable(metaArguments),
}

const allConstructs: Readonly<Record<string, Construct>> = {
  ...constructs,
  lifecycle: lifecycleConstruct,
  dynamic: dynamicConstruct,
}

const kinds = {
  app: { words: appWords, hasEffects: true },
  group: { words: groupWords, hasEffects: false },
  volume: { words: volumeWords, hasEffects: false },
} as const

function part(kind: string, name: string, examples: ReadonlyMap<string, string>): string {
  if (kind === 'example') return example(name, examples)
  if (kind === 'construct') {
    const construct = present(allConstructs[name], `a construct ${name}`)
    return `${construct.documentation}\n\n${constructTables(name, construct)}`
  }
  if (kind === 'words') {
    const { words, hasEffects } = kinds[name as keyof typeof kinds]
    return wordTables(name, words, hasEffects)
  }
  return present(parts[kind], `a part ${kind}`)()
}

const languages: Readonly<Record<string, string>> = { hcl: 'hcl', json: 'json', ts: 'ts' }

/** Each file of the directory, under its path unless it is the only one. */
function example(name: string, examples: ReadonlyMap<string, string>): string {
  const files = [...examples].filter(([path]) => path.startsWith(`${name}/`))
  const main = /^(main\.hcl(\.json)?|sddc\.config\.ts)$/
  const inOrder = files
    .map(([path, text]) => ({ path: path.slice(name.length + 1), text }))
    .sort((a, b) => Number(main.test(b.path)) - Number(main.test(a.path)))
  return inOrder
    .map(({ path, text }) => {
      const language = languages[/\.(\w+)$/.exec(path)?.[1] ?? ''] ?? 'text'
      const caption = inOrder.length === 1 ? '' : `\`${path}\`:\n\n`
      return `${caption}\`\`\`${language}\n${text.replace(/\n$/, '')}\n\`\`\``
    })
    .join('\n\n')
}
