// How a rule tells what it found: Marathon's path and text, and plain words beside it.

export type Report = (path: string, summary: string, detail: string) => void
