// Thrown where an app says something that the words of configurations can't: from deep inside of the conversion to its
// entrance, which makes a diagnostic of it.

export class Unsayable extends Error {
  readonly address: string

  constructor(address: string, detail: string) {
    super(detail)
    this.address = address
  }
}
