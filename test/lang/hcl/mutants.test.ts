// A million texts that are nearly right: all HCL of this repository, with parts cut out, doubled, moved and mixed with
// one another. Whatever comes out is read soundly.
import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Random } from '../../../src/base/index.ts'
import { rounds } from '../../support/rounds.ts'
import { formatCases } from './format/cases.ts'
import { pieces } from './pieces.ts'
import { samples } from './samples.ts'
import { checkSound } from './sound.ts'
import * as cases from './syntaxcases.ts'

const root = new URL('../../../', import.meta.url)

/** Longer texts would only make the test slower. */
const maxLength = 1500

const texts: readonly string[] = [
  ...samples,
  ...formatCases.map(c => c.before),
  ...Object.values(cases).flatMap(rows => rows.map(([text]) => text)),
  ...hclFiles(),
].map(text => text.slice(0, maxLength))

test('what is right is read soundly, and what is wrong', () => {
  expect(texts.length).toBeGreaterThan(800)
  for (const text of texts) checkSound(text)
})

/** A million take minutes. */
const timeoutMs = rounds({ usual: 180_000, prove: 3_600_000 })

test('mutants are read soundly', { timeout: timeoutMs }, () => {
  // What fails is shown with its text, so the seed need not be known.
  const random = new Random(rounds({ usual: 20261122, prove: Date.now() }))
  const count = rounds({ usual: 20_000, prove: 1_000_000 })
  for (let i = 0; i < count; i++) checkSound(mutant(random))
})

function mutant(random: Random): string {
  let text = random.pick(texts)
  for (let edits = 1 + below(random, 4); edits > 0; edits--) text = edited(text, random)
  return text.slice(0, 2 * maxLength)
}

function edited(text: string, random: Random): string {
  const from = below(random, text.length + 1)
  const to = Math.min(text.length, from + below(random, 30))
  const before = text.slice(0, from)
  switch (below(random, 6)) {
    case 0:
      return before + text.slice(to)
    case 1:
      return before + random.pick(pieces) + text.slice(from)
    case 2:
      return before + random.pick(pieces) + text.slice(to)
    case 3:
      return before + text.slice(from, to).repeat(1 + below(random, 4)) + text.slice(to)
    case 4: {
      const other = random.pick(texts)
      const at = below(random, other.length + 1)
      return before + other.slice(at, at + below(random, 200)) + text.slice(from)
    }
    default:
      return (
        before + String.fromCharCode(below(random, below(random, 2) === 0 ? 128 : 0x10000)) + text.slice(to)
      )
  }
}

function below(random: Random, limit: number): number {
  return random.integer(0, limit - 1)
}

function hclFiles(): string[] {
  return ['examples', 'test']
    .flatMap(folder =>
      readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' }).map(
        name => `${folder}/${name}`,
      ),
    )
    .filter(name => name.endsWith('.hcl'))
    .sort()
    .map(name => readFileSync(new URL(name, root), 'utf8'))
}
