// Where a check dials, in its causes: a task that listens on another address of the machine looks healthy to its author,
// and only the address that was dialled shows why it is not.

export interface DialPlace {
  readonly address: string
  readonly port: number
}

/** `127.0.0.2:31000`, `[::1]:31000`. */
export function placeText({ address, port }: DialPlace): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** What kept a connection from being made or answered. */
export function dialProblem(place: DialPlace, error: Error): string {
  const where = placeText(place)
  if ('code' in error && error.code === 'ECONNREFUSED') return `nothing listens on ${where}`
  return error.message.includes(where) ? error.message : `${error.message} (${where})`
}
