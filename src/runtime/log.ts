/** Where the server's own words go: one line a call, for the person who runs it. */
export type Log = (line: string) => void
