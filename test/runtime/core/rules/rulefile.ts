// Files of rules as people can check them against Marathon's own words: one case per line, `what is given => what comes
// out`. Lines that start with `given ` hold for the block that they open; blocks have an empty line between them, `# ` is a
// comment. `UPDATE=1` writes the outcomes anew; the difference is read like code.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

interface RuleCase {
  readonly given: readonly string[]
  readonly text: string
  readonly expected: string
}

/** Gives the outcome of one case, as the file writes it. */
type Outcome = (text: string, given: readonly string[]) => string

/** Makes one test of each case in the `.txt` file that stands beside the calling test file. */
export function ruleTests(testFile: string, outcome: Outcome): void {
  const path = fileURLToPath(testFile).replace(/\.test\.ts$/, '.txt')
  if (process.env['UPDATE']) writeFileSync(path, updated(readFileSync(path, 'utf8'), outcome))
  const cases = readRules(path)
  describe(path.slice(path.lastIndexOf('/') + 1), () => {
    test.each(cases)('$text', ({ text, given, expected }) => {
      expect(outcome(text, given)).toBe(expected)
    })
    test('no case stands twice', () => {
      const all = cases.map(({ given, text }) => [...given, text].join('\n'))
      expect(all.filter((one, i) => all.indexOf(one) !== i)).toEqual([])
    })
  })
}

export function readRules(path: string): RuleCase[] {
  const cases: RuleCase[] = []
  walk(readFileSync(path, 'utf8'), (line, given) => {
    const [text, expected] = parts(line)
    cases.push({ text, expected, given })
    return line
  })
  return cases
}

function updated(content: string, outcome: Outcome): string {
  return walk(content, (line, given) => {
    const [text] = parts(line)
    return `${text} => ${outcome(text, given)}`.trimEnd()
  })
}

function walk(content: string, onCase: (line: string, given: readonly string[]) => string): string {
  let given: string[] = []
  const lines = content.split('\n').map(line => {
    if (line === '') given = []
    else if (line.startsWith('given ')) given = [...given, line.slice('given '.length)]
    else if (!line.startsWith('#')) return onCase(line, given)
    return line
  })
  return lines.join('\n')
}

function parts(line: string): [text: string, expected: string] {
  const cut = line.lastIndexOf(' =>')
  if (cut === -1) throw new Error(`a case without an outcome: ${line}`)
  return [line.slice(0, cut), line.slice(cut + ' =>'.length).trim()]
}
