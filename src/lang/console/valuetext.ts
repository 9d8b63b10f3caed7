// A value as people read it: in HCL, so that it can be pasted back. Collections that HCL has no literal for are wrapped
// in the function that makes them, texts of several lines are heredocs, and what is sensitive is not shown.
import { formatNum } from '../hcl/number.ts'
import { fitsHeredoc, heredocEscaped, quotedText } from '../hcl/print/index.ts'
import { type Value, isMapping, isSequence, sensitiveMark, sortedKeys } from '../hcl/value.ts'
import { nameText, typeText } from './typetext.ts'

export function valueText(value: Value): string {
  return textAt(value, '')
}

function textAt(value: Value, indent: string): string {
  if (value.marks?.has(sensitiveMark) === true) return '(sensitive value)'
  if (isSequence(value)) {
    const items = value.elements.map(e => `${indent}  ${textAt(e, `${indent}  `)},\n`)
    const list = items.length === 0 ? '[]' : `[\n${items.join('')}${indent}]`
    return value.kind === 'tuple' ? list : `to${value.kind}(${list})`
  }
  if (isMapping(value)) {
    const names = sortedKeys(value).map(key => ({ key, name: nameText(key) }))
    const width = Math.max(0, ...names.map(n => n.name.length))
    const items = names.map(
      ({ key, name }) =>
        `${indent}  ${name.padEnd(width)} = ${textAt(value.entries.get(key)!, `${indent}  `)}\n`,
    )
    const map = items.length === 0 ? '{}' : `{\n${items.join('')}${indent}}`
    return value.kind === 'map' ? `tomap(${map})` : map
  }
  switch (value.kind) {
    case 'null':
      return 'null'
    case 'unknown':
      return `(not known yet: ${typeText(value.type)})`
    case 'bool':
      return String(value.value)
    case 'number':
      return formatNum(value.value)
    case 'string':
      return indent === '' && isText(value.value) ? heredoc(value.value) : quotedText(value.value)
  }
}

/** Several lines, the last one ended. */
function isText(text: string): boolean {
  return /\n.*\n$/s.test(text) && fitsHeredoc(text)
}

function heredoc(text: string): string {
  let marker = 'EOT'
  while (text.split('\n').some(line => line.trim() === marker)) marker += '_'
  return `<<${marker}\n${heredocEscaped(text)}${marker}`
}
