// Resources and attributes in the text form of Mesos' agents: `cpus:4;mem:4096;ports:[31000-32000]` and
// `rack:1;region:ger;disk:hdd` (specification: text syntax).
import { by, byNumber, compareStrings, didYouMean, fail, ok } from '../../base/index.ts'
import type { Result } from '../../base/index.ts'
import type { Attribute, PortRange, Resources } from '../resources.ts'
import { maxCpus, maxGpus, maxLabelLength, maxListLength, maxMiB, maxNameLength } from '../schema/limits.ts'

/** What a resource text names; the rest is left to what the machine has. */
export interface StatedResources {
  readonly resources: Partial<Resources>
  readonly ports?: readonly PortRange[]
}

/** mem and disk are in MB (MiB). Capacity is rounded down: less than is there can always be given. */
export function parseResources(text: string): Result<StatedResources, string> {
  const items = splitItems(text)
  if (!items.ok) return items
  const resources: { -readonly [Name in keyof Resources]?: number } = {}
  let ports: readonly PortRange[] | undefined
  const seen = new Set<string>()
  for (const [written, value] of items.value) {
    const name = written.replace(/\(\*\)$/, '')
    if (name.includes('('))
      return fail(`${written}: resources can't be reserved for a role here; leave "(…)" out`)
    if (seen.has(name)) return fail(`${name} is given twice`)
    seen.add(name)
    if (name === 'ports') {
      const ranges = parseRanges(value, 1, 65_535)
      if (!ranges.ok) return fail(`ports: ${ranges.error}`)
      ports = ranges.value
      continue
    }
    const known = Object.hasOwn(scalars, name) ? scalars[name] : undefined
    if (!known)
      return fail(
        `there is no resource "${name.slice(0, 60)}".${didYouMean(name.slice(0, 60), resourceNames)}`,
      )
    const amount = parseScalar(value)
    if (amount === undefined) return fail(`${name} must be a number, not "${value.slice(0, 60)}"`)
    if (amount > known.max) return fail(`${name} is at most ${known.max}`)
    resources[known.key] = Math.floor(amount * known.factor + 1e-6)
  }
  return ok({ resources, ...(ports && { ports }) })
}

const scalars: Readonly<Record<string, { key: keyof Resources; factor: number; max: number }>> = {
  cpus: { key: 'cpuMilli', factor: 1000, max: maxCpus },
  mem: { key: 'memKiB', factor: 1024, max: maxMiB },
  disk: { key: 'diskKiB', factor: 1024, max: maxMiB },
  gpus: { key: 'gpus', factor: 1, max: maxGpus },
}
const resourceNames = [...Object.keys(scalars), 'ports']

/** Numbers that are not negative become scalars, `[a-b]` ranges, everything else text. */
export function parseAttributes(text: string): Result<Readonly<Record<string, Attribute>>, string> {
  const items = splitItems(text)
  if (!items.ok) return items
  const attributes = new Map<string, Attribute>()
  for (const [name, value] of items.value) {
    if (attributes.has(name)) return fail(`the attribute ${name} is given twice`)
    const attribute = parseAttribute(value)
    if (!attribute.ok) return fail(`the attribute ${name}: ${attribute.error}`)
    attributes.set(name, attribute.value)
  }
  return ok(Object.fromEntries(attributes))
}

function parseAttribute(value: string): Result<Attribute, string> {
  if (value.startsWith('{')) return fail('sets ("{…}") can not be attributes; write a text or ranges')
  if (value.startsWith('[')) {
    const ranges = parseRanges(value, 0, Number.MAX_SAFE_INTEGER)
    return ranges.ok ? ok({ kind: 'ranges', value: ranges.value }) : ranges
  }
  const scalar = parseScalar(value)
  return ok(scalar === undefined ? { kind: 'text', value } : { kind: 'scalar', value: scalar })
}

/** An attribute's value as constraints compare it and people read it. */
export function attributeText(attribute: Attribute): string {
  switch (attribute.kind) {
    case 'text':
      return attribute.value
    case 'scalar':
      return String(roundHalfEven(attribute.value * 1000) / 1000)
    case 'ranges': {
      const sorted = [...attribute.value].sort(byNumber(range => range[0]))
      return `[${sorted.map(([first, last]) => `${first}-${last}`).join(',')}]`
    }
    case 'set':
      return `{${[...attribute.value].sort(compareStrings).join(',')}}`
  }
}

/** `disk:hdd;rack:1`: what parseAttributes reads, sorted by name. */
export function formatAttributes(attributes: Readonly<Record<string, Attribute>>): string {
  return Object.entries(attributes)
    .sort(by(([name]) => name))
    .map(([name, attribute]) => `${name}:${attributeText(attribute)}`)
    .join(';')
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return Math.round(value)
  return below % 2 === 0 ? below : below + 1
}

function splitItems(text: string): Result<readonly (readonly [name: string, value: string])[], string> {
  const items: (readonly [string, string])[] = []
  for (const item of text.replace(/[ \t\r]/g, '').split(/[;\n]/)) {
    if (item === '') continue
    const cut = item.indexOf(':')
    const name = item.slice(0, cut)
    const value = item.slice(cut + 1)
    if (cut <= 0 || value === '') return fail(`"${item.slice(0, 60)}" is not of the form name:value`)
    if (name.length > maxNameLength || value.length > maxLabelLength)
      return fail(`"${name.slice(0, 60)}" is too long`)
    items.push([name, value])
  }
  return items.length > maxListLength ? fail(`at most ${maxListLength} entries are taken`) : ok(items)
}

function parseScalar(text: string): number | undefined {
  if (!/^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

function parseRanges(text: string, min: number, max: number): Result<readonly PortRange[], string> {
  const inner = /^\[(.*)\]$/.exec(text)
  if (!inner) return fail(`"${text.slice(0, 60)}" is not of the form [first-last,first-last]`)
  const ranges: PortRange[] = []
  for (const part of inner[1] === '' ? [] : inner[1]!.split(',')) {
    const found = /^(\d+)-(\d+)$/.exec(part)
    const first = Number(found?.[1])
    const last = Number(found?.[2])
    if (!found || first > last || first < min || last > max)
      return fail(`"${part.slice(0, 60)}" is not a range of numbers from ${min} to ${max}`)
    ranges.push([first, last])
  }
  return ok(coalesced(ranges))
}

function coalesced(ranges: readonly PortRange[]): readonly PortRange[] {
  const joined: [number, number][] = []
  for (const [first, last] of [...ranges].sort(byNumber(range => range[0]))) {
    const before = joined.at(-1)
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last)
    else joined.push([first, last])
  }
  return joined
}
