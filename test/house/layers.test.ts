// Holds the directions of imports between the layers (ARCHITECTURE.md) and the absence of cycles.
import { describe, expect, test } from 'vitest'
import { importsOf, trackedFiles, type Source } from './sources.ts'

/** A layer is a folder; the longest prefix wins. Each names the layers that it may import besides itself. */
const layers: Readonly<Record<string, readonly string[] | 'everything'>> = {
  'src/base': [],
  'src/model': ['src/base'],
  'src/lang': ['src/model', 'src/base'],
  'src/planner': ['src/model', 'src/base'],
  'src/runtime/core': ['src/planner', 'src/model', 'src/base'],
  'src/agent/core': ['src/model', 'src/base'],
  'src/sim': ['src/runtime/core', 'src/agent/core', 'src/planner', 'src/model', 'src/base'],
  'src/runtime': ['src/runtime/core', 'src/sim', 'src/planner', 'src/model', 'src/base'],
  'src/agent': ['src/agent/core', 'src/model', 'src/base'],
  'src/cli': 'everything',
}

/** Pure packages without I/O that the pure layers may import. */
const purePackages = ['@noble/hashes', 'diff', 'fflate', 're2js', 'unicode-segmenter', 'yaml']
const pureLayers = [
  'src/base',
  'src/model',
  'src/lang',
  'src/planner',
  'src/runtime/core',
  'src/agent/core',
  'src/sim',
]
/** The one shell inside a pure layer's folder: it reads files and runs modules. */
const shells = ['src/lang/load/']

const sources = trackedFiles('src/**/*.ts')
const imports = new Map(sources.map(source => [source.path, importsOf(source)]))

describe('layers', () => {
  test('the scanner saw the sources and their imports', () => {
    expect(sources.length).toBeGreaterThan(40)
    expect([...imports.values()].flat().length).toBeGreaterThan(80)
    for (const layer of ['src/base', 'src/model']) {
      expect(sources.some(source => layerOf(source.path) === layer)).toBe(true)
    }
  })

  test('every file stands in a layer, every import leads to a file', () => {
    const paths = new Set(sources.map(source => source.path))
    expect(sources.filter(source => layerOf(source.path) === undefined).map(source => source.path)).toEqual(
      [],
    )
    expect(edges().filter(([, to]) => to.startsWith('src/') && !paths.has(to))).toEqual([])
  })

  test('imports between layers go one way', () => {
    const wrong = edges().filter(([from, to]) => to.startsWith('src/') && !mayImport(from, to))
    expect(wrong.map(([from, to]) => `${from} → ${to}`)).toEqual([])
  })

  test('another layer is imported through its face', () => {
    const deep = edges().filter(
      ([from, to]) => crosses(from, to) && needsFace(from, to) && !to.endsWith('/index.ts'),
    )
    expect(deep.map(([from, to]) => `${from} → ${to}`)).toEqual([])
  })

  test('pure layers import pure packages only', () => {
    const impure = edges().filter(
      ([from, to]) => isPure(from) && !to.startsWith('src/') && !isPurePackage(to),
    )
    expect(impure.map(([from, to]) => `${from} → ${to}`)).toEqual([])
  })

  test('nothing imports in a circle', () => {
    expect(circles()).toEqual([])
  })

  test('the scanner finds the forms of import and passes over comments', () => {
    const text = [
      "import { a } from './a.ts'",
      "export type { B } from '../b.ts'",
      "import './c.ts'",
      "// import { e } from './e.ts'",
      "const f = 'a // b' /* import './g.ts' */",
      "import {\n  h,\n} from 'node:h'",
      "const d = await import('./d.ts')",
    ].join('\n')
    const source: Source = { path: 'src/x/y.ts', text }
    expect(importsOf(source)).toEqual(['src/x/a.ts', 'src/b.ts', 'src/x/c.ts', 'node:h', 'src/x/d.ts'])
  })
})

function layerOf(path: string): string | undefined {
  return Object.keys(layers)
    .filter(layer => path.startsWith(`${layer}/`))
    .sort((a, b) => b.length - a.length)[0]
}

function edges(): readonly (readonly [from: string, to: string])[] {
  return [...imports].flatMap(([from, targets]) => targets.map(to => [from, to] as const))
}

function mayImport(from: string, to: string): boolean {
  const own = layerOf(from)!
  const other = layerOf(to)
  const allowed = layers[own]!
  return allowed === 'everything' || own === other || (other !== undefined && allowed.includes(other))
}

function crosses(from: string, to: string): boolean {
  return to.startsWith('src/') && layerOf(from) !== layerOf(to)
}

/** Lower layers are used through index.ts; the shells, being many small programs, are imported by file. */
function needsFace(from: string, to: string): boolean {
  const other = layerOf(to)!
  return ['src/base', 'src/model', 'src/planner'].includes(other) && layerOf(from) !== other
}

function isPure(path: string): boolean {
  return pureLayers.includes(layerOf(path)!) && !shells.some(shell => path.startsWith(shell))
}

function isPurePackage(name: string): boolean {
  return purePackages.some(allowed => name === allowed || name.startsWith(`${allowed}/`))
}

/** Each circle once, as the path that closes it. */
function circles(): readonly string[] {
  const done = new Set<string>()
  const found: string[] = []
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) found.push([...trail.slice(at), path].join(' → '))
    if (at >= 0 || done.has(path)) return
    for (const to of imports.get(path) ?? []) walk(to, [...trail, path])
    done.add(path)
  }
  for (const path of imports.keys()) walk(path, [])
  return found
}
