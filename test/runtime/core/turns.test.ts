// Whose turn it is, and what has to wait for the next.
import { describe, expect, it } from 'vitest'
import { Turns } from '../../../src/runtime/core/turns.ts'

function turnsOf(...ids: string[]): Turns<string> {
  const turns = new Turns<string>()
  for (const id of ids) turns.add(id)
  return turns
}

describe('turns', () => {
  it('take each once, in order', () => {
    const turns = turnsOf('b', 'a', 'b', 'c')
    expect([turns.take(), turns.take(), turns.take(), turns.take()]).toEqual(['a', 'b', 'c', undefined])
  })

  it('leave what comes again, or new, for the next turn', () => {
    const turns = turnsOf('b', 'c')
    expect(turns.take()).toBe('b')
    for (const id of ['a', 'b', 'c']) turns.add(id)
    expect(turns.size).toBe(3)
    expect([turns.take(), turns.take(), turns.take()]).toEqual(['c', 'a', 'b'])
  })

  it('forget what is deleted, in this turn and the next', () => {
    const turns = turnsOf('a', 'b', 'c')
    turns.take()
    turns.add('a')
    turns.delete('a')
    turns.delete('b')
    expect([turns.has('a'), turns.has('b'), turns.has('c')]).toEqual([false, false, true])
    expect([turns.take(), turns.take()]).toEqual(['c', undefined])
  })

  it('have nothing after clear', () => {
    const turns = turnsOf('a', 'b')
    turns.take()
    turns.add('c')
    turns.clear()
    expect([turns.size, turns.take()]).toEqual([0, undefined])
  })
})
