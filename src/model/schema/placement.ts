// Fields of an app that say which agents it prefers. They rank and never exclude, so a change of them moves nothing that
// runs.
import { affinityOperators } from '../app.ts'
import { field, integer, list, number, object, oneOf, text } from './field.ts'
import type { Field } from './field.ts'
import { maxListLength, maxNameLength } from './limits.ts'

/** Terms are added up for every agent that is looked at: more than these nobody could weigh against each other. */
const maxTerms = 20
const name = text(maxNameLength, { minLength: 1 })

export const preferenceFields: readonly Field[] = [
  field(
    'affinities',
    'affinity',
    list(
      object(
        field('field', 'field', name, 'hostname, or an attribute of the agents.', { required: true }),
        field('operator', 'operator', oneOf(...affinityOperators), 'What is preferred of it.', {
          default: 'IS',
        }),
        field('value', 'value', name, 'What the operator compares with.', { required: true }),
        field(
          'weight',
          'weight',
          integer(-100, 100),
          'How much it counts; below 0 such agents are avoided.',
          {
            default: 50,
          },
        ),
      ),
      maxTerms,
    ),
    'Which agents are preferred among those that may be taken.',
    { effect: 'inPlace' },
  ),
  field(
    'spreads',
    'spread',
    list(
      object(
        field('field', 'field', name, 'hostname, or an attribute of the agents.', { required: true }),
        field(
          'weight',
          'weight',
          integer(1, 100),
          'How much it counts beside affinities and other spreads.',
          {
            default: 50,
          },
        ),
        field(
          'targets',
          'target',
          list(
            object(
              field('value', 'value', name, 'A value of the field.', { required: true }),
              field('percent', 'percent', number(0, 100), 'Its share of the instances.', { required: true }),
            ),
            maxListLength,
          ),
          'Shares of values; the others share what is left. Without any: evenly.',
        ),
      ),
      maxTerms,
    ),
    'Over the values of which fields instances are spread, as far as there is room.',
    { effect: 'inPlace' },
  ),
]
