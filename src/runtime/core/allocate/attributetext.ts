// The text of an attribute, as constraints compare it (spec: Marathon, constraints).
import type { Attribute, PortRange } from '../../../model/index.ts'
import { compareStrings } from '../../../base/index.ts'

/** Text as is; a scalar rounded half to even to three decimals; ranges by begin; sets sorted. */
export function attributeText(attribute: Attribute): string {
  switch (attribute.kind) {
    case 'text':
      return attribute.value
    case 'scalar':
      return scalarText(attribute.value)
    case 'ranges':
      return `[${[...attribute.value]
        .sort((a, b) => a[0] - b[0])
        .map(rangeText)
        .join(',')}]`
    case 'set':
      return `{${[...attribute.value].sort(compareStrings).join(',')}}`
  }
}

function rangeText([first, last]: PortRange): string {
  return `${first}-${last}`
}

function scalarText(value: number): string {
  const thousandths = value * 1000
  const below = Math.floor(thousandths)
  const rest = thousandths - below
  const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0)
  return String((below + (up ? 1 : 0)) / 1000)
}
