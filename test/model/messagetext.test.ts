// A message to an agent as text, against what JSON makes of it.
import { describe, expect, it } from 'vitest'
import { serverMessageText, type ServerMessage } from '../../src/model/index.ts'
import { fullApp } from './samples.ts'

describe('the text of a message to an agent', () => {
  const specs = {
    kind: 'specs',
    specs: [
      { hash: 'a"b', app: fullApp },
      { hash: 'c', app: fullApp },
    ],
  }
  const messages = [
    specs,
    { kind: 'specs', specs: [] },
    { kind: 'ack', seq: 1 },
  ] as unknown as ServerMessage[]

  it('is its JSON, also when it is made again', () => {
    for (const message of [...messages, ...messages])
      expect(serverMessageText(message)).toBe(JSON.stringify(message))
  })
})
