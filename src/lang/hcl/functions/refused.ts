// Names that people know from Terraform and that are not functions here: a call tells why, and what to do instead.

export interface RefusedFunction {
  readonly name: string
  /** A sentence. */
  readonly reason: string
  /** A sentence. */
  readonly advice: string
}

const everyPlan = 'Its result is another one each time, so every plan would show a change.'

export const refusedFunctions: ReadonlyMap<string, RefusedFunction> = new Map(
  [
    {
      name: 'bcrypt',
      reason: everyPlan,
      advice: 'Make the hash once and pass it as a sensitive variable.',
    },
    {
      name: 'list',
      reason: 'It was removed from Terraform, too.',
      advice: 'Write [a, b, c]; where the type matters, tolist([a, b, c]).',
    },
    {
      name: 'map',
      reason: 'It was removed from Terraform, too.',
      advice: 'Write { key = value }; where the type matters, tomap({ key = value }).',
    },
    {
      name: 'plantimestamp',
      reason: everyPlan,
      advice: 'Pass the time as a variable: --var now=2026-11-22T08:00:00Z.',
    },
    {
      name: 'timestamp',
      reason: everyPlan,
      advice: 'Pass the time as a variable: --var now=2026-11-22T08:00:00Z.',
    },
    {
      name: 'uuid',
      reason: everyPlan,
      advice: 'Make one from a name with uuidv5("dns", name), or pass one as a variable.',
    },
  ].map(refused => [refused.name, refused]),
)
