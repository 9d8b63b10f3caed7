// format(), one row each: as Terraform and Go write them.
import { describe, expect, test } from 'vitest'
import { answer } from '../answers.ts'
import type { Rows } from './rows.ts'

const texts: Rows = [
  ['format("Hello, %s!", "Ander")', '"Hello, Ander!"'],
  ['format("There are %d lights", 4)', '"There are 4 lights"'],
  ['format("%%")', '"%"'],
  ['format("100%% of %s", "it")', '"100% of it"'],
  ['format("")', '""'],
  ['format("%s", 1.5)', '"1.5"'],
  ['format("%s", true)', '"true"'],
  ['format("%5s|", "é")', '"    é|"'],
  ['format("%-5s|", "ab")', '"ab   |"'],
  ['format("%05s|", "ab")', '"000ab|"'],
  ['format("%.2s", "abc")', '"ab"'],
  ['format("%5.1s|", "abc")', '"    a|"'],
  ['format("%3s|", "👨‍👩‍👧")', '"  👨‍👩‍👧|"'],
  ['format("%q", "say \\"hi\\"")', '"\\"say \\\\\\"hi\\\\\\"\\""'],
  ['format("%q", 5)', '"\\"5\\""'],
  ['format("%t", true)', '"true"'],
  ['format("%t", "false")', '"false"'],
  ['format("%v", "a")', '"a"'],
  ['format("%v", true)', '"true"'],
  ['format("%v", null)', '"null"'],
  ['format("%v", [1, "b"])', '"[1,\\"b\\"]"'],
  ['format("%v", {a = null})', '"{\\"a\\":null}"'],
  ['format("%#v", "a")', '"\\"a\\""'],
  ['format("%#v", 12)', '"12"'],
  ['format("%6v|", 12)', '"    12|"'],
]

const integers: Rows = [
  ['format("%d", "12")', '"12"'],
  ['format("%d", -12)', '"-12"'],
  ['format("%+d", 12)', '"+12"'],
  ['format("% d", 12)', '" 12"'],
  ['format("%5d|", -12)', '"  -12|"'],
  ['format("%-5d|", 12)', '"12   |"'],
  ['format("%05d", -12)', '"-0012"'],
  ['format("%+05d", 12)', '"+0012"'],
  ['format("%.4d", 12)', '"0012"'],
  ['format("%06.4d|", 12)', '"  0012|"'],
  ['format("%d", 123456789012345678901234567890)', '"123456789012345678901234567890"'],
  ['format("%x", 255)', '"ff"'],
  ['format("%X", 255)', '"FF"'],
  ['format("%#x", 255)', '"0xff"'],
  ['format("%#X", 255)', '"0XFF"'],
  ['format("%x", -255)', '"-ff"'],
  ['format("%x", "255")', '"ff"'],
  ['format("%b", 5)', '"101"'],
  ['format("%08b", 5)', '"00000101"'],
  ['format("%#b", 5)', '"0b101"'],
  ['format("%o", 8)', '"10"'],
  ['format("%#o", 8)', '"010"'],
]

const fractions: Rows = [
  ['format("%f", 1)', '"1.000000"'],
  ['format("%.3f", 3.14159)', '"3.142"'],
  ['format("%.0f", 0.5)', '"0"'],
  ['format("%.0f", 1.5)', '"2"'],
  ['format("%.0f", 2.5)', '"2"'],
  ['format("%.2f", 0.125)', '"0.12"'],
  ['format("%.1f", 0.05)', '"0.1"'],
  ['format("%.2f", 9.999)', '"10.00"'],
  ['format("%.2f", 0.001)', '"0.00"'],
  ['format("%.2f", -0.5)', '"-0.50"'],
  ['format("%.3f", 0.0123)', '"0.012"'],
  ['format("%.1f", 0.96)', '"1.0"'],
  ['format("%f", 0)', '"0.000000"'],
  ['format("%8.2f|", 3.14159)', '"    3.14|"'],
  ['format("%08.2f|", -3.14159)', '"-0003.14|"'],
  ['format("%+.1f", 3.14159)', '"+3.1"'],
  ['format("%f", 1 / 0)', '"+Inf"'],
  ['format("%.40f", 0.1)', `"0.1${'0'.repeat(39)}"`],
  ['format("%e", 1500)', '"1.500000e+03"'],
  ['format("%.2e", 0.00015)', '"1.50e-04"'],
  ['format("%E", 1e100)', '"1.000000E+100"'],
  ['format("%e", 0)', '"0.000000e+00"'],
  ['format("%.0e", 95)', '"1e+02"'],
  ['format("%g", 100)', '"100"'],
  ['format("%g", 0.0001)', '"0.0001"'],
  ['format("%g", 0.00001)', '"1e-05"'],
  ['format("%g", 1500000)', '"1.5e+06"'],
  ['format("%g", 123456)', '"123456"'],
  ['format("%.3g", 1234.5)', '"1.23e+03"'],
  ['format("%.3g", 12.345)', '"12.3"'],
  ['format("%.9g", 1234.5)', '"1234.5"'],
  ['format("%G", 0.00001)', '"1E-05"'],
  ['format("%g", 0)', '"0"'],
  ['format("%v", 2.50)', '"2.5"'],
]

const positions: Rows = [
  ['format("%[2]s %[1]s", "a", "b")', '"b a"'],
  ['format("%[1]s %s", "a", "b")', '"a b"'],
  ['format("%[1]s %[1]q", "a")', '"a \\"a\\""'],
  ['format("%5[2]d|%-3[1]s|", "a", 7)', '"    7|a  |"'],
  ['format("%*d|", 5, 42)', '"   42|"'],
  ['format("%.*f", 1, 3.14159)', '"3.1"'],
]

const mistakes: Rows = [
  ['format("%s")', '! Invalid function argument: "%s"'],
  ['format("%[3]s", "a")', '! Invalid function argument: "%[3]s"'],
  ['format("%s", "a", "b")', '! Invalid function argument: "b"'],
  ['format("%[1]s", "a", "b")', '! Invalid function argument: "b"'],
  ['format("%[0]s", "a")', '! Invalid function argument: "%[0]s"'],
  ['format("%y", 1)', '! Invalid function argument: "%y"'],
  ['format("%", 1)', '! Invalid function argument: "%"'],
  ['format("%.s", "a")', '! Invalid function argument: "%.s"'],
  ['format("%s", null)', '! Error in function call: format("%s", null)'],
  ['format("%d", 1.5)', '! Error in function call: format("%d", 1.5)'],
  ['format("%d", "x")', '! Error in function call: format("%d", "x")'],
  ['format("%s", [1])', '! Error in function call: format("%s", [1])'],
  ['format("%t", 1)', '! Error in function call: format("%t", 1)'],
  ['format("%d", 1 / 0)', '! Error in function call: format("%d", 1 / 0)'],
  ['format("%2000s", "a")', '! Invalid function argument: "%2000s"'],
  ['format(null)', '! Invalid function argument: null'],
]

describe.each([
  ['texts', texts],
  ['integers', integers],
  ['fractions', fractions],
  ['positions', positions],
  ['mistakes', mistakes],
] as const)('%s', (_, rows) => {
  test.each(rows)('%s is %s', (text, expected) => {
    expect(answer(text)).toBe(expected)
  })
})
