// Resources and attributes in their text form.
import { expect, test } from 'vitest'
import { attributeText, formatAttributes, parseAttributes, parseResources } from '../../../src/model/index.ts'
import type { Attribute, StatedResources } from '../../../src/model/index.ts'

const resources: readonly [string, StatedResources][] = [
  ['', { resources: {} }],
  ['cpus:4', { resources: { cpuMilli: 4000 } }],
  [
    'cpus:0.1;mem:4096;disk:10;gpus:2;ports:[31000-32000]',
    { resources: { cpuMilli: 100, memKiB: 4_194_304, diskKiB: 10_240, gpus: 2 }, ports: [[31_000, 32_000]] },
  ],
  ['cpus(*):1.9999;', { resources: { cpuMilli: 1999 } }],
  [' cpus : 1 \n mem : 2 ', { resources: { cpuMilli: 1000, memKiB: 2048 } }],
  [
    'ports:[5-9, 1-3, 4-4, 20-30, 25-40]',
    {
      resources: {},
      ports: [
        [1, 9],
        [20, 40],
      ],
    },
  ],
  ['ports:[]', { resources: {}, ports: [] }],
  ['mem:1e3', { resources: { memKiB: 1_024_000 } }],
]

test.each(resources)('%j', (text, wanted) => {
  expect(parseResources(text)).toEqual({ ok: true, value: wanted })
})

test.each([
  ['cpus', '"cpus" is not of the form name:value'],
  ['cpus:', '"cpus:" is not of the form name:value'],
  [':4', '":4" is not of the form name:value'],
  ['cpus:many', 'cpus must be a number, not "many"'],
  ['cpus:-1', 'cpus must be a number, not "-1"'],
  ['cpus:1;cpus:2', 'cpus is given twice'],
  ['cpu:1', 'there is no resource "cpu". Did you mean "cpus"?'],
  ['mem(prod):1', 'mem(prod): resources can\'t be reserved for a role here; leave "(…)" out'],
  ['ports:31000-32000', 'ports: "31000-32000" is not of the form [first-last,first-last]'],
  ['ports:[9-1]', 'ports: "9-1" is not a range of numbers from 1 to 65535'],
  ['ports:[1-70000]', 'ports: "1-70000" is not a range of numbers from 1 to 65535'],
  ['cpus:1000001', 'cpus is at most 100000'],
])('%j is refused', (text, error) => {
  expect(parseResources(text)).toEqual({ ok: false, error })
})

const attributes: readonly [string, Readonly<Record<string, Attribute>>, string][] = [
  [
    'rack:1;region:ger;disk:hdd',
    {
      rack: { kind: 'scalar', value: 1 },
      region: { kind: 'text', value: 'ger' },
      disk: { kind: 'text', value: 'hdd' },
    },
    'disk:hdd;rack:1;region:ger',
  ],
  [
    'ports:[9-10,1-5]',
    {
      ports: {
        kind: 'ranges',
        value: [
          [1, 5],
          [9, 10],
        ],
      },
    },
    'ports:[1-5,9-10]',
  ],
  [
    'a:-1;b:inf;c:nan;d:1.5x',
    { a: t('-1'), b: t('inf'), c: t('nan'), d: t('1.5x') },
    'a:-1;b:inf;c:nan;d:1.5x',
  ],
  ['url:http://x:80/', { url: t('http://x:80/') }, 'url:http://x:80/'],
  ['a : b c\nd:e', { a: t('bc'), d: t('e') }, 'a:bc;d:e'],
  ['v:1.50', { v: { kind: 'scalar', value: 1.5 } }, 'v:1.5'],
]

test.each(attributes)('%j', (text, wanted, printed) => {
  expect(parseAttributes(text)).toEqual({ ok: true, value: wanted })
  expect(formatAttributes(wanted)).toBe(printed)
  expect(parseAttributes(printed)).toEqual({ ok: true, value: wanted })
})

test.each([
  ['a:{b,c}', 'the attribute a: sets ("{…}") can not be attributes; write a text or ranges'],
  ['a:1;a:2', 'the attribute a is given twice'],
  ['a:[x]', 'the attribute a: "x" is not a range of numbers from 0 to 9007199254740991'],
  ['rack', '"rack" is not of the form name:value'],
])('%j is refused', (text, error) => {
  expect(parseAttributes(text)).toEqual({ ok: false, error })
})

test.each<[Attribute, string]>([
  [{ kind: 'scalar', value: 1 }, '1'],
  [{ kind: 'scalar', value: 0.1 + 0.2 }, '0.3'],
  [{ kind: 'scalar', value: 2.0625 }, '2.062'],
  [{ kind: 'scalar', value: 2.1875 }, '2.188'],
  [{ kind: 'scalar', value: 1234.5678 }, '1234.568'],
  [
    {
      kind: 'ranges',
      value: [
        [9, 10],
        [1, 5],
      ],
    },
    '[1-5,9-10]',
  ],
  [{ kind: 'set', value: ['b', 'a'] }, '{a,b}'],
  [{ kind: 'text', value: ' as is ' }, ' as is '],
])('%j is compared as %j', (attribute, text) => {
  expect(attributeText(attribute)).toBe(text)
})

function t(value: string): Attribute {
  return { kind: 'text', value }
}
