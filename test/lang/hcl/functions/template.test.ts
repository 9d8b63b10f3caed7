// templatestring(), one row each; and marks, which travel with values through functions.
import { describe, expect, test } from 'vitest'
import { answer } from '../answers.ts'
import type { Rows } from './rows.ts'

const templates: Rows = [
  ['templatestring("Hello, $${name}!", {name = "Jodie"})', '"Hello, Jodie!"'],
  ['templatestring("plain", {})', '"plain"'],
  ['templatestring("", {})', '""'],
  ['templatestring("a\\n", {})', '"a\\n"'],
  ['templatestring("a\\\\n", {})', '"a\\\\n"'],
  ['templatestring("END $${x}", {x = 1})', '"END 1"'],
  ['templatestring("$${[for x in list : x * 2]}", {list = [1, 2]})', '[2, 4]'],
  ['templatestring("$${upper(x)}-$${x}", {x = "a"})', '"A-a"'],
  ['templatestring("%%{ for x in list }<$${x}>%%{ endfor }", {list = [1, 2]})', '"<1><2>"'],
  ['templatestring("%%{ if yes ~} a %%{ else } b %%{ endif ~}\\n", {yes = true})', '"a "'],
  ['templatestring("$${o.a[0]}", {o = {a = ["x"]}})', '"x"'],
  ['templatestring("$${nme}", {name = 1})', '! Invalid function argument: "$${nme}"'],
  ['templatestring("$${s}", {})', '! Invalid function argument: "$${s}"'],
  ['templatestring("$${", {})', '! Invalid function argument: "$${"'],
  ['templatestring("%%{ if true }", {})', '! Invalid function argument: "%%{ if true }"'],
  [
    'templatestring("$${templatestring(\\"\\", {})}", {})',
    '! Invalid function argument: "$${templatestring(\\"\\", {})}"',
  ],
  ['templatestring("a", [])', '! Invalid function argument: []'],
  [
    'templatestring("%%{ for x in list }%%{ for y in list }a%%{ endfor }%%{ endfor }", {list = range(1000)})',
    '! Invalid function argument: "%%{ for x in list }%%{ for y in list }a%%{ endfor }%%{ endfor }"',
  ],
]

const marks: Rows = [
  ['sensitive("x")', '(sensitive value)'],
  ['sensitive(null)', '(sensitive value)'],
  ['upper(sensitive("x"))', '(sensitive value)'],
  ['join(",", ["a", sensitive("x")])', '(sensitive value)'],
  ['format("%s", sensitive("x"))', '(sensitive value)'],
  ['formatlist("%s", [sensitive("x")])', '(sensitive value)'],
  ['regex("x", sensitive("x"))', '(sensitive value)'],
  ['jsonencode({a = sensitive("x")})', '(sensitive value)'],
  ['jsondecode(sensitive("{}"))', '(sensitive value)'],
  ['sha256(sensitive("x"))', '(sensitive value)'],
  ['csvdecode(sensitive("a"))', '(sensitive value)'],
  ['templatestring("$${x}!", {x = sensitive("x")})', '(sensitive value)'],
  ['sum([1, sensitive(2)])', '(sensitive value)'],
  ['alltrue([sensitive(true)])', '(sensitive value)'],
  ['index(["a"], sensitive("a"))', '(sensitive value)'],
  ['matchkeys(["a"], [sensitive("k")], ["k"])', '(sensitive value)'],
  ['length([sensitive("x")])', '1'],
  ['reverse(["a", sensitive("x")])', '[(sensitive value), "a"]'],
  ['reverse(sensitive(["a"]))', '(sensitive value)'],
  ['slice(["a", sensitive("x")], 0, 1)', '["a"]'],
  ['one([sensitive("x")])', '(sensitive value)'],
  ['one(sensitive(["x"]))', '(sensitive value)'],
  ['zipmap(["a"], [sensitive("x")])', '{ "a" = (sensitive value) }'],
  ['zipmap([sensitive("a")], ["x"])', '(sensitive value)'],
  ['setunion(["a"], [sensitive("x")])', '(sensitive value)'],
  ['setsubtract(["a"], [sensitive("a")])', '(sensitive value)'],
  ['setintersection(["a"], [sensitive("b")])', '(sensitive value)'],
  ['compact(["a", sensitive("")])', '(sensitive value)'],
  ['distinct(["a", sensitive("a")])', '(sensitive value)'],
  ['sort(["a", sensitive("b")])', '(sensitive value)'],
  ['setproduct(["a"], [sensitive("x")])', '[["a", (sensitive value)]]'],
  ['setproduct(toset(["a"]), toset([sensitive("x")]))', '(sensitive value)'],
  ['chunklist(["a", sensitive("x")], 1)', '[["a"], [(sensitive value)]]'],
  ['transpose({a = [sensitive("x")]})', '(sensitive value)'],
  ['coalescelist([], [sensitive("x")])', '[(sensitive value)]'],
  ['keys({a = sensitive("x")})', '["a"]'],
  ['merge({a = sensitive("x")}, {b = 1})', '{ "a" = (sensitive value), "b" = 1 }'],
  ['type(sensitive("x"))', '(sensitive value)'],
]

describe.each([
  ['templates', templates],
  ['marks', marks],
] as const)('%s', (_, rows) => {
  test.each(rows)('%s is %s', (text, expected) => {
    expect(answer(text)).toBe(expected)
  })
})
