// The words of `ignore_changes` for paths of the model: the vocabulary's own reading, tried on words that come nearer
// and nearer to the path.
import { appWords, camelCase, groupWords, ignoredPaths, volumeWords } from '../vocabulary/index.ts'
import type { Dialect, Words } from '../vocabulary/index.ts'

/** Undefined for paths that no words lead to. */
export function ignoredWords(
  kind: 'app' | 'group' | 'volume',
  paths: readonly string[],
  dialect: Dialect,
): readonly string[] | undefined {
  const wanted = new Set(paths)
  const found: string[] = []
  const left = new Set(paths)
  for (const path of paths) {
    if (!left.has(path)) continue
    const text = wordsTo(kind, path, wanted, dialect)
    if (text === undefined) return undefined
    found.push(text.text)
    for (const covered of text.paths) left.delete(covered)
  }
  return found
}

interface Candidate {
  readonly text: string
  readonly paths: readonly string[]
}

function wordsTo(
  kind: 'app' | 'group' | 'volume',
  path: string,
  wanted: ReadonlySet<string>,
  dialect: Dialect,
): Candidate | undefined {
  const vocabulary = { app: appWords, group: groupWords, volume: volumeWords }[kind]
  const spell = (name: string, words: Words): readonly string[] =>
    dialect === 'hcl' ? [name] : [words.blocks[name]?.typescript ?? camelCase(name), camelCase(name)]
  let open: { text: string; words: Words | undefined }[] = namesIn(vocabulary).flatMap(({ name, inner }) =>
    spell(name, vocabulary).map(text => ({ text, words: inner })),
  )
  for (let depth = 0; depth < maxDepth && open.length > 0; depth++) {
    const next: typeof open = []
    for (const { text, words } of open) {
      const read = ignoredPaths(kind, text, dialect)
      // Several of one kind are told apart by a number; without it the words may not lead anywhere yet.
      if ('mistake' in read) continue
      if (read.paths.includes(path) && read.paths.every(p => wanted.has(p)))
        return { text, paths: read.paths }
      const around = read.paths.find(p => path.startsWith(p) && /^[/(]/.test(path.slice(p.length)))
      if (around === undefined) continue
      const rest = path.slice(around.length)
      const index = /^\((\d+)\)/.exec(rest)?.[1]
      if (index !== undefined) next.push({ text: `${text}[${index}]`, words })
      else if (rest.startsWith('/')) next.push({ text: `${text}[${JSON.stringify(rest.slice(1))}]`, words })
      for (const { name, inner } of words === undefined ? [] : namesIn(words))
        for (const spelled of spell(name, words!)) next.push({ text: `${text}.${spelled}`, words: inner })
    }
    open = next
  }
  return undefined
}

/** A name, a number, a name, a number, a key: nothing in the table is deeper. */
const maxDepth = 8

function namesIn(words: Words): readonly { name: string; inner: Words | undefined }[] {
  return [
    ...Object.keys(words.attributes).map(name => ({ name, inner: undefined })),
    ...Object.entries(words.blocks).map(([name, inner]) => ({ name, inner })),
  ]
}
