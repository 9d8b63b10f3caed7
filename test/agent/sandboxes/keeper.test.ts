// Sandboxes within bounds: output of running tasks is rotated, ended ones are thrown away but for the newest.
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { SandboxKeeper } from '../../../src/agent/sandboxes/keeper.ts'
import { maxOutputBytes, Rotation } from '../../../src/agent/sandboxes/rotate.ts'
import { maxEndedSandboxes, sweep } from '../../../src/agent/sandboxes/sweep.ts'
import { taskIdOf } from '../../../src/model/index.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/wait.ts'
import { testInstance } from '../samples.ts'

let tasks: string
beforeEach(() => {
  tasks = temporaryDirectory('tasks')
})

/** One more sandbox, last written to so many seconds after the first. */
function sandbox(name: string, atSeconds = 0): string {
  const path = join(tasks, name)
  mkdirSync(path)
  writeFileSync(join(path, 'stdout'), '')
  const at = 1_700_000_000 + atSeconds
  for (const one of [join(path, 'stdout'), path]) utimesSync(one, at, at)
  return path
}

describe('rotation', () => {
  const rotation = new Rotation(100)
  const round = (...names: string[]): Promise<void> => rotation.round(tasks, new Set(names))

  it('copies the end of what is too large, empties it, and leaves the rest alone', async () => {
    const path = sandbox('a')
    const text = `${'old'.repeat(50)}${'new'.repeat(33)}!`
    writeFileSync(join(path, 'stdout'), text)
    writeFileSync(join(path, 'stderr'), 'x'.repeat(100))
    await round('a', 'gone')
    expect(readFileSync(join(path, 'stdout'), 'utf8')).toBe('')
    expect(readFileSync(join(path, 'stdout.1'), 'utf8')).toBe(text.slice(-100))
    expect(statSync(join(path, 'stderr')).size).toBe(100)
    expect(readdirSync(path).sort()).toEqual(['stderr', 'stdout', 'stdout.1'])
  })

  it('keeps one older file', async () => {
    const path = sandbox('a')
    for (const letter of ['a', 'b', 'c']) {
      appendFileSync(join(path, 'stdout'), letter.repeat(101))
      await round('a')
    }
    expect(readFileSync(join(path, 'stdout.1'), 'utf8')).toBe('c'.repeat(100))
    expect(readdirSync(path).sort()).toEqual(['stdout', 'stdout.1'])
  })

  it('never touches what a task put in the place of its output', async () => {
    const secret = join(tasks, 'secret')
    writeFileSync(secret, 's'.repeat(1000))
    const path = sandbox('a')
    symlinkSync(secret, join(path, 'stderr'))
    symlinkSync(secret, join(path, 'stdout.1'))
    writeFileSync(join(path, 'stdout'), 'o'.repeat(1000))
    const other = join(tasks, 'b')
    mkdirSync(other)
    execFileSync('mkfifo', [join(other, 'stdout')])
    await round('a', 'b')
    expect(readFileSync(secret, 'utf8')).toBe('s'.repeat(1000))
    expect(readFileSync(join(path, 'stdout.1'), 'utf8')).toBe('o'.repeat(100))
  })
})

describe('the sweep', () => {
  const names = (app: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => {
      const instance = testInstance(`${app}${i}`).replace('test_app', app) as ReturnType<typeof testInstance>
      const name = taskIdOf(instance, 1)
      sandbox(name, i)
      return name
    })

  it('keeps the newest of each app, and all that have not ended', async () => {
    const a = names('a', 6)
    const b = names('a_b', 2)
    const living = new Set([a[0]!])
    await sweep(tasks, () => living, 3)
    expect(new Set(readdirSync(tasks))).toEqual(new Set([a[0], ...a.slice(3), ...b]))
  })

  it('does not follow links', async () => {
    const data = temporaryDirectory('data')
    writeFileSync(join(data, 'file'), 'x')
    const [first] = names('a', 2)
    symlinkSync(data, join(tasks, first!, 'data'))
    utimesSync(join(tasks, first!), 1, 1)
    await sweep(tasks, () => new Set(), 1)
    expect(existsSync(join(tasks, first!))).toBe(false)
    expect(readFileSync(join(data, 'file'), 'utf8')).toBe('x')
  })
})

it('the keeper does both while it runs', async () => {
  const loud = join(sandbox('loud'), 'stdout')
  writeFileSync(loud, Buffer.alloc(maxOutputBytes + 1))
  for (let i = 0; i < maxEndedSandboxes + 5; i++) sandbox(`crashing.instance-${i}`, i)
  const lines: string[] = []
  const keeper = new SandboxKeeper({
    tasksDirectory: tasks,
    living: () => new Set(['loud']),
    log: line => void lines.push(line),
  })
  keeper.wantSweep()
  try {
    await until(() => statSync(loud).size === 0 && readdirSync(tasks).length === maxEndedSandboxes + 1, {
      what: () => `bounds; there are ${readdirSync(tasks).length}: ${lines.join()}`,
      timeoutMs: 30_000,
    })
  } finally {
    await keeper.close()
  }
  expect(existsSync(join(tasks, 'crashing.instance-0'))).toBe(false)
  expect(existsSync(join(tasks, `crashing.instance-${maxEndedSandboxes + 4}`))).toBe(true)
  expect(lines).toEqual([])
})
