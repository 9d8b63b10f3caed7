// A mistake in how something of this package is used, known at once and at its place: thrown where it is made, told as
// it is, without the look of a crash.

export class ConfigurationProblem extends Error {
  readonly summary: string

  constructor(summary: string, detail: string) {
    super(detail)
    this.summary = summary
  }
}
