// How far a deployment is, as lines: rewritten in place, and one after the other.
import { Chalk } from 'chalk'
import { describe, expect, test } from 'vitest'
import { widthOf } from '../../../src/cli/print/cells.ts'
import { changedLines, durationText, liveLines } from '../../../src/cli/progress/text.ts'
import type { AppProgress, DeploymentView } from '../../../src/cli/types.ts'

const plain = new Chalk({ level: 0 })
const wide = { columns: 100, rows: 24 }

function progress(app: string, more: Partial<AppProgress> = {}): AppProgress {
  const base = {
    action: 'RestartApplication',
    state: 'running',
    old: 1,
    new: 2,
    healthy: 3,
    target: 4,
  } as const
  return { ...base, app: app as AppProgress['app'], ...more }
}

function view(...progress: AppProgress[]): DeploymentView {
  const steps = [{ actions: [] }, { actions: [] }]
  return { id: 'd1', progress, currentStep: 1, steps, waits: [] } as unknown as DeploymentView
}

describe('live', () => {
  test('a head and a line for each app', () => {
    const lines = liveLines(
      view(
        progress('/db', { state: 'done', old: 0, new: 1, target: 1, healthy: 1 }),
        progress('/api', { waitingFor: '1 old to stop' }),
        progress('/web', { state: 'pending' }),
        progress('/gone', { action: 'StopApplication', old: 2, new: 0 }),
      ),
      65_000,
      plain,
      wide,
    )
    expect(lines).toEqual([
      'Step 1 of 2, 1m05s',
      '  ✓  /db    done, new 1 of 1, healthy 1',
      '  ~  /api   Rolling restart, old 1, new 2 of 4, healthy 3  waits for 1 old to stop',
      '  ·  /web   waits for its turn',
      '  ~  /gone  Stopping, 2 left',
    ])
  })

  test('no line is wider and no picture higher than the window, with colour too', () => {
    const many = Array.from({ length: 50 }, (_, i) =>
      progress(`/an/app/with/a/long/name/日本/${i}`, {
        state: i < 40 ? 'done' : 'running',
        waitingFor: 'x'.repeat(80),
      }),
    )
    for (const [columns, rows] of [
      [20, 10],
      [40, 5],
      [80, 24],
      [10, 3],
    ] as const) {
      const lines = liveLines(view(...many), 0, plain, { columns, rows })
      expect(lines.length).toBeLessThan(rows)
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns)
      const painted = liveLines(view(...many), 0, new Chalk({ level: 1 }), { columns, rows })
      expect(painted.map(line => line.replace(/\u001b\[\d+m/g, ''))).toEqual(lines)
    }
  })

  test('apps that are not done are shown first where not all fit', () => {
    const apps = [...Array(9).keys()].map(i => progress(`/${i}`, { state: i === 8 ? 'running' : 'done' }))
    const lines = liveLines(view(...apps), 0, plain, { columns: 80, rows: 6 })
    expect(lines.join('\n')).toContain('/8')
    expect(lines.at(-1)).toBe('  and 8 more')
  })
})

describe('lines', () => {
  test('one for each change, none for what stays and what waits for its turn', () => {
    const last = new Map<string, string>()
    const web = progress('/web', { state: 'pending' })
    expect(changedLines(view(progress('/db'), web), last)).toEqual([
      '/db: Rolling restart, old 1, new 2 of 4, healthy 3',
    ])
    expect(changedLines(view(progress('/db'), web), last)).toEqual([])
    const done = progress('/db', { state: 'done', old: 0, new: 4, healthy: 4 })
    const scaling = progress('/web', { action: 'ScaleApplication', old: 0, waitingFor: 'a place' })
    expect(changedLines(view(done, scaling), last)).toEqual([
      '/db: done, new 4 of 4, healthy 4',
      '/web: Scaling, new 2 of 4, healthy 3, waits for a place',
    ])
  })

  test.each([
    [0, '0s'],
    [59_400, '59s'],
    [60_000, '1m00s'],
    [185_000, '3m05s'],
  ])('%i ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text)
  })
})
