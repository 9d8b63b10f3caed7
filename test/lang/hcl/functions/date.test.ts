// Dates and network prefixes, one row each.
import { describe, expect, test } from 'vitest'
import { answer } from '../answers.ts'
import type { Rows } from './rows.ts'

const patterns: Rows = [
  ['formatdate("DD MMM YYYY hh:mm ZZZ", "2018-01-02T23:12:01Z")', '"02 Jan 2018 23:12 UTC"'],
  ['formatdate("EEEE, DD-MMM-YY hh:mm:ss ZZZ", "2018-01-02T23:12:01Z")', '"Tuesday, 02-Jan-18 23:12:01 UTC"'],
  [
    'formatdate("EEE, DD MMM YYYY hh:mm:ss ZZZ", "2018-01-02T23:12:01-08:00")',
    '"Tue, 02 Jan 2018 23:12:01 -0800"',
  ],
  ['formatdate("MMM DD, YYYY", "2018-01-02T23:12:01Z")', '"Jan 02, 2018"'],
  ['formatdate("HH:mmaa", "2018-01-02T23:12:01Z")', '"11:12pm"'],
  ['formatdate("H AA|H AA", "2018-01-02T00:12:01Z")', '"12 AM|12 AM"'],
  ['formatdate("MMMM M D h m s", "2018-09-02T03:04:05Z")', '"September 9 2 3 4 5"'],
  ['formatdate("h\'h\'mm", "2018-01-02T23:12:01Z")', '"23h12"'],
  ["formatdate(\"'it''s' YYYY ''\", \"2018-01-02T23:12:01Z\")", '"it\'s 2018 \'"'],
  ['formatdate("Z ZZZZ ZZZZZ", "2018-01-02T23:12:01+05:30")', '"+05:30 +0530 +05:30"'],
  ['formatdate("Z ZZZZ ZZZZZ", "2018-01-02T23:12:01Z")', '"Z +0000 +00:00"'],
  ['formatdate("EEEE", "2024-02-29T00:00:00Z")', '"Thursday"'],
  ['formatdate("EEEE", "1969-12-31T23:59:59Z")', '"Wednesday"'],
  ['formatdate("EEEE", "0001-01-01T00:00:00Z")', '"Monday"'],
  ['formatdate("", "2018-01-02T23:12:01Z")', '""'],
  ['formatdate("YYYYY", "2018-01-02T23:12:01Z")', '! Invalid function argument: "YYYYY"'],
  ['formatdate("at", "2018-01-02T23:12:01Z")', '! Invalid function argument: "at"'],
  ['formatdate("\'at", "2018-01-02T23:12:01Z")', '! Invalid function argument: "\'at"'],
  ['formatdate("YYYY", "2018-01-02")', '! Invalid function argument: "2018-01-02"'],
  ['formatdate("YYYY", "2018-02-29T00:00:00Z")', '! Invalid function argument: "2018-02-29T00:00:00Z"'],
  ['formatdate("YYYY", "2018-01-02T24:00:00Z")', '! Invalid function argument: "2018-01-02T24:00:00Z"'],
  ['formatdate("YYYY", "2018-01-02t00:00:00z")', '! Invalid function argument: "2018-01-02t00:00:00z"'],
]

const times: Rows = [
  ['timeadd("2017-11-22T00:00:00Z", "10m")', '"2017-11-22T00:10:00Z"'],
  ['timeadd("2017-11-22T00:00:00Z", "-1s")', '"2017-11-21T23:59:59Z"'],
  ['timeadd("2020-02-28T12:00:00+02:00", "24h30m")', '"2020-02-29T12:30:00+02:00"'],
  ['timeadd("2017-11-22T00:00:00Z", "1.5h")', '"2017-11-22T01:30:00Z"'],
  ['timeadd("2017-11-22T00:00:00.9Z", "100ms")', '"2017-11-22T00:00:01Z"'],
  ['timeadd("2017-11-22T00:00:00Z", "2d")', '"2017-11-24T00:00:00Z"'],
  ['timeadd("2017-11-22T00:00:00Z", "0")', '"2017-11-22T00:00:00Z"'],
  ['timeadd("1970-01-01T00:00:00Z", "-1ns")', '"1969-12-31T23:59:59Z"'],
  ['timeadd("2017-11-22T00:00:00Z", "10")', '! Invalid function argument: "10"'],
  ['timeadd("2017-11-22T00:00:00Z", "")', '! Invalid function argument: ""'],
  ['timeadd("now", "1s")', '! Invalid function argument: "now"'],
  [
    'timeadd("9999-12-31T00:00:00Z", "24h")',
    '! Error in function call: timeadd("9999-12-31T00:00:00Z", "24h")',
  ],
  ['timecmp("2017-11-22T00:00:00Z", "2017-11-22T00:00:00Z")', '0'],
  ['timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00Z")', '-1'],
  ['timecmp("2017-11-22T01:00:00Z", "2017-11-22T00:59:00Z")', '1'],
  ['timecmp("2017-11-22T01:00:00Z", "2017-11-22T00:00:00-01:00")', '0'],
  ['timecmp("2017-11-22T01:00:00.1Z", "2017-11-22T01:00:00.09Z")', '1'],
  ['timecmp("2017-11-22T01:00:00Z", "x")', '! Invalid function argument: "x"'],
]

const networks: Rows = [
  ['cidrhost("10.12.112.0/20", 16)', '"10.12.112.16"'],
  ['cidrhost("10.12.112.0/20", 268)', '"10.12.113.12"'],
  ['cidrhost("10.12.113.5/20", 0)', '"10.12.112.0"'],
  ['cidrhost("10.12.112.0/20", -1)', '"10.12.127.255"'],
  ['cidrhost("fd00:fd12:3456:7890:00a2::/72", 34)', '"fd00:fd12:3456:7890::22"'],
  ['cidrhost("fd00::/8", -1)', '"fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"'],
  ['cidrhost("2001:db8:0:0:1:0:0:1/128", 0)', '"2001:db8::1:0:0:1"'],
  ['cidrhost("::ffff:1.2.3.4/128", 0)', '"::ffff:102:304"'],
  ['cidrhost("::/128", 0)', '"::"'],
  ['cidrhost("1::/16", 0)', '"1::"'],
  ['cidrhost("10.0.0.0/30", 4)', '! Invalid function argument: 4'],
  ['cidrhost("10.0.0.0/30", -5)', '! Invalid function argument: -5'],
  ['cidrhost("10.0.0.0", 1)', '! Invalid function argument: "10.0.0.0"'],
  ['cidrhost("10.0.0/8", 1)', '! Invalid function argument: "10.0.0/8"'],
  ['cidrhost("10.0.0.256/8", 1)', '! Invalid function argument: "10.0.0.256/8"'],
  ['cidrhost("10.0.0.0/33", 1)', '! Invalid function argument: "10.0.0.0/33"'],
  ['cidrhost("010.0.0.0/8", 1)', '! Invalid function argument: "010.0.0.0/8"'],
  ['cidrhost("1:2:3/64", 1)', '! Invalid function argument: "1:2:3/64"'],
  ['cidrhost("1::2::3/64", 1)', '! Invalid function argument: "1::2::3/64"'],
  ['cidrhost("1:2:3:4:5:6:7::8/64", 1)', '! Invalid function argument: "1:2:3:4:5:6:7::8/64"'],
  ['cidrhost("10.0.0.0/8", 0.5)', '! Error in function call: cidrhost("10.0.0.0/8", 0.5)'],
  ['cidrnetmask("172.16.0.0/12")', '"255.240.0.0"'],
  ['cidrnetmask("0.0.0.0/0")', '"0.0.0.0"'],
  ['cidrnetmask("10.0.0.1/32")', '"255.255.255.255"'],
  ['cidrnetmask("fd00::/8")', '! Invalid function argument: "fd00::/8"'],
  ['cidrsubnet("172.16.0.0/12", 4, 2)', '"172.18.0.0/16"'],
  ['cidrsubnet("10.1.2.0/24", 4, 15)', '"10.1.2.240/28"'],
  ['cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162)', '"fd00:fd12:3456:7800:a200::/72"'],
  ['cidrsubnet("10.0.0.0/8", 0, 0)', '"10.0.0.0/8"'],
  ['cidrsubnet("10.1.2.0/24", 4, 16)', '! Invalid function argument: 16'],
  ['cidrsubnet("10.1.2.0/24", 4, -1)', '! Invalid function argument: -1'],
  ['cidrsubnet("10.1.2.0/24", 9, 0)', '! Invalid function argument: 9'],
  ['cidrsubnet("10.1.2.0/24", -1, 0)', '! Invalid function argument: -1'],
  [
    'cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)',
    '["10.1.0.0/20", "10.1.16.0/20", "10.1.32.0/24", "10.1.48.0/20"]',
  ],
  ['cidrsubnets("fd00:fd12:3456:7890::/56", 16)', '["fd00:fd12:3456:7800::/72"]'],
  ['cidrsubnets("10.0.0.0/8")', '[]'],
  ['cidrsubnets("10.0.0.0/30", 1, 1, 1)', '! Invalid function argument: 1'],
  ['cidrsubnets("10.0.0.0/30", 3)', '! Invalid function argument: 3'],
  ['cidrsubnets("10.0.0.0/30", 0)', '! Invalid function argument: 0'],
  ['cidrcontains("192.168.2.0/20", "192.168.2.1")', 'true'],
  ['cidrcontains("192.168.2.0/20", "192.168.0.0/22")', 'true'],
  ['cidrcontains("192.168.2.0/20", "192.126.2.1")', 'false'],
  ['cidrcontains("192.168.0.0/22", "192.168.2.0/20")', 'false'],
  ['cidrcontains("fe80::/48", "fe80::1")', 'true'],
  ['cidrcontains("10.0.0.0/8", "fe80::1")', '! Invalid function argument: "fe80::1"'],
  ['cidrcontains("10.0.0.0/8", "x")', '! Invalid function argument: "x"'],
]

describe.each([
  ['patterns of dates', patterns],
  ['times', times],
  ['networks', networks],
] as const)('%s', (_, rows) => {
  test.each(rows)('%s is %s', (text, expected) => {
    expect(answer(text)).toBe(expected)
  })
})
