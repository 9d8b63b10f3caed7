// A message to an agent as text. Specifications go to every agent that runs the app, thousands of times the same, and are
// the longest part of what is said: the text of each app is made once and kept with it.
import type { App } from './app.ts'
import type { ServerMessage } from './protocol.ts'

// A memo of a pure function: apps are never changed.
const texts = new WeakMap<App, string>()

/** The same text as JSON.stringify would make. */
export function serverMessageText(message: ServerMessage): string {
  if (message.kind !== 'specs') return JSON.stringify(message)
  const parts = message.specs.map(({ hash, app }) => `{"hash":${JSON.stringify(hash)},"app":${textOf(app)}}`)
  return `{"kind":"specs","specs":[${parts.join(',')}]}`
}

function textOf(app: App): string {
  let text = texts.get(app)
  if (text === undefined) texts.set(app, (text = JSON.stringify(app)))
  return text
}
