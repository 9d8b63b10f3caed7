// The agent's memory on disk: records by key in LevelDB, each write synced and in order. Every value carries a checksum,
// since LevelDB's own are not enough. A damaged checkpoint is moved aside and never a reason not to start: what the
// drivers find running makes up for it.
import { existsSync, readdirSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { Level } from 'level'
import { CodedError, rowHash } from '../../base/index.ts'

export interface CheckpointRecord {
  readonly key: string
  readonly value: unknown
}

export interface Checkpoint {
  /** What was read at the opening. */
  readonly records: readonly CheckpointRecord[]
  /** Something was lost; `records` is what could be saved. */
  readonly damaged: boolean
  /** Stores in order, synced; `null` deletes. One write at a time. After a failure only `reopen` helps. */
  write(records: readonly CheckpointRecord[]): Promise<void>
  /** A handle that failed once lies afterwards: this makes a new one and stores everything again. */
  reopen(everything: readonly CheckpointRecord[]): Promise<void>
  close(): Promise<void>
}

type Records = Level<string, string>

export async function openCheckpoint(directory: string, log: (line: string) => void): Promise<Checkpoint> {
  const opened = await openOrReplace(directory, log)
  let { level } = opened
  return {
    records: opened.records,
    damaged: opened.damaged,
    write: changes => writeTo(level, changes),
    reopen: async everything => {
      await level.close().catch(() => {})
      level = await openLevel(directory)
      await writeTo(level, everything)
    },
    close: () => level.close(),
  }
}

async function openOrReplace(
  directory: string,
  log: (line: string) => void,
): Promise<{ level: Records; records: CheckpointRecord[]; damaged: boolean }> {
  let level: Records | undefined
  const good: CheckpointRecord[] = []
  let damage: string
  try {
    level = await openLevel(directory)
    const bad = await readAll(level, good)
    if (bad === 0) return { level, records: good, damaged: false }
    damage = `${bad} records do not match their checksum`
  } catch (error) {
    if (isLocked(error)) {
      throw new CodedError('AGENT_DIRECTORY_LOCKED', `the checkpoint in ${directory} is in use`, {
        cause: error,
      })
    }
    damage = error instanceof Error ? causeOf(error) : String(error)
  }
  await level?.close().catch(() => {})
  const aside = freeName(directory)
  await rename(directory, aside)
  log(
    `checkpoint: damaged (${damage}); moved to ${aside}, ` +
      `${good.length} records were saved, the rest comes from what is found running`,
  )
  const fresh = await openLevel(directory)
  await writeTo(fresh, good)
  return { level: fresh, records: good, damaged: true }
}

// Without its file CURRENT LevelDB would take a full directory for a new one and delete what is in it.
async function openLevel(directory: string): Promise<Records> {
  const isNew = !existsSync(directory) || readdirSync(directory).length === 0
  const level: Records = new Level(directory, { createIfMissing: isNew })
  await level.open()
  return level
}

/** Gives the number of records that can't be trusted. */
async function readAll(level: Records, good: CheckpointRecord[]): Promise<number> {
  let bad = 0
  for await (const [key, text] of level.iterator()) {
    const value = decode(key, text)
    if (value === undefined) bad++
    else good.push({ key, value })
  }
  return bad
}

async function writeTo(level: Records, changes: readonly CheckpointRecord[]): Promise<void> {
  if (changes.length === 0) return
  const batch = level.batch()
  for (const { key, value } of changes) {
    if (value === null) batch.del(key)
    else batch.put(key, encode(key, value))
  }
  await batch.write({ sync: true })
}

const encoder = new TextEncoder()

function encode(key: string, value: unknown): string {
  const json = JSON.stringify(value)
  return `${checksum(key, json)}${json}`
}

function decode(key: string, text: string): unknown {
  const json = text.slice(checksumLength)
  if (text.slice(0, checksumLength) !== checksum(key, json)) return undefined
  return JSON.parse(json)
}

const checksumLength = 16

function checksum(key: string, json: string): string {
  const { high, low } = rowHash(key, encoder.encode(json))
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0')
}

function isLocked(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED'
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message
}

function freeName(directory: string): string {
  for (let i = 1; ; i++) {
    const name = `${directory}.damaged-${i}`
    if (!existsSync(name)) return name
  }
}
