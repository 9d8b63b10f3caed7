// Archives from anywhere: what is unpacked, and what is refused as a whole.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it } from 'vitest'
import { fetchInto } from '../../../../src/agent/driver/sandbox/fetch.ts'
import { unpack, unpackLimits, type UnpackLimits } from '../../../../src/agent/driver/sandbox/unpack.ts'
import { tar, type TarEntry } from '../../../images/tar.ts'
import { describeWith } from '../../../support/requires.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'

let sandbox: string
beforeEach(() => {
  sandbox = temporaryDirectory('unpack')
})

const signal = new AbortController().signal
const read = (name: string): string => readFileSync(join(sandbox, name), 'utf8')

async function unpacked(name: string, content: Uint8Array, limits?: UnpackLimits): Promise<void> {
  writeFileSync(join(sandbox, name), content)
  await unpack(join(sandbox, name), signal, limits)
}

const file = (path: string, content = 'x', mode?: number): TarEntry => ({
  kind: 'file',
  path,
  content: Buffer.from(content),
  ...(mode === undefined ? {} : { mode }),
})
const link = (path: string, target: string): TarEntry => ({ kind: 'link', path, target })
const folder = (path: string): TarEntry => ({ kind: 'folder', path })

describe('an archive', () => {
  it.each(['a.tar', 'a.tar.gz', 'a.tgz'])('%s: files, folders, links and modes', async name => {
    const plain = tar([
      folder('bin'),
      file('bin/run', '#!/bin/sh\n', 0o755),
      link('run', 'bin/run'),
      file('setuid', 'x', 0o4755),
    ])
    await unpacked(name, name === 'a.tar' ? plain : gzipSync(plain))
    expect(readdirSync(sandbox).sort()).toEqual([name, 'bin', 'run', 'setuid'].sort())
    expect(read('run')).toBe('#!/bin/sh\n')
    expect(statSync(join(sandbox, 'bin/run')).mode & 0o7777).toBe(0o755)
    expect(statSync(join(sandbox, 'setuid')).mode & 0o7777).toBe(0o755)
  })

  it('joins folders that are there, and replaces files', async () => {
    mkdirSync(join(sandbox, 'lib'))
    writeFileSync(join(sandbox, 'lib/old'), 'old')
    writeFileSync(join(sandbox, 'lib/both'), 'old')
    await unpacked('a.tar', tar([folder('lib'), file('lib/both', 'new'), file('lib/new', 'new')]))
    expect([read('lib/old'), read('lib/both'), read('lib/new')]).toEqual(['old', 'new', 'new'])
  })

  it('of one file: unpacked beside itself', async () => {
    await unpacked('notes.txt.gz', gzipSync('hello'))
    expect(read('notes.txt')).toBe('hello')
  })

  it('of another ending stays as it is', async () => {
    await unpacked('a.rar', Buffer.from('rar'))
    expect(readdirSync(sandbox)).toEqual(['a.rar'])
  })

  const refused: readonly [name: string, archive: () => Uint8Array, problem: RegExp][] = [
    ['an absolute name', () => tar([file('/etc/evil')]), /"\/etc\/evil", which is outside/],
    ['a name with ..', () => tar([file('a/../../evil')]), /"a\/\.\.\/\.\.\/evil", which is outside/],
    ['a link with an absolute target', () => tar([link('l', '/etc/passwd')]), /link "l", which leads out/],
    ['a link with ..', () => tar([folder('d'), link('d/l', '../../x')]), /link "d\/l", which leads out/],
    [
      'a link that leads out through another',
      () => tar([link('here', '.'), link('out', 'here/../..')]),
      /link "out", which leads out/,
    ],
    [
      'a file behind a link that leads out',
      () => tar([link('l', '..'), file('l/evil')]),
      /can not be unpacked|leads out/,
    ],
    ['what is no archive', () => Buffer.from('no archive at all'), /can not be unpacked: /],
    ['half an archive', () => tar([file('a', 'x'.repeat(5000))]).subarray(0, 2000), /can not be unpacked: /],
  ]

  it.each(refused)('with %s is refused, and leaves nothing', async (_, archive, problem) => {
    await expect(unpacked('a.tar', archive())).rejects.toThrow(problem)
    expect(readdirSync(sandbox)).toEqual(['a.tar'])
    expect(readdirSync(join(sandbox, '..'))).not.toContain('evil')
  })

  it('with a device or a pipe is refused', async () => {
    const place = temporaryDirectory('pipe')
    execFileSync('mkfifo', [join(place, 'pipe')])
    execFileSync('tar', ['-cf', join(sandbox, 'a.tar'), '-C', place, 'pipe'])
    await expect(unpack(join(sandbox, 'a.tar'), signal)).rejects.toThrow(/"pipe", which is neither file nor/)
  })

  it.each([
    ['a.tar.gz', () => gzipSync(tar([file('zeros', '\0'.repeat(200_000))]))],
    ['a.gz', () => gzipSync(Buffer.alloc(200_000))],
  ])('%s that is larger than allowed, unpacked, is refused', async (name, archive) => {
    const limits = { ...unpackLimits, bytes: 100_000 }
    await expect(unpacked(name, archive(), limits)).rejects.toThrow(/more than 100000 bytes/)
    expect(readdirSync(sandbox)).toEqual([name])
  })

  it('with more files than allowed is refused', async () => {
    const many = tar(Array.from({ length: 30 }, (_, i) => file(`f${i}`)))
    await expect(unpacked('a.tar', many, { ...unpackLimits, files: 20 })).rejects.toThrow(
      /more than 20 files/,
    )
  })

  it('that never ends is stopped by what it has written so far', async () => {
    execFileSync('mkfifo', [join(sandbox, 'a.gz')])
    const write = 'exec gzip -c </dev/zero >"$1"'
    const zeros = spawn('sh', ['-c', write, 'gzip', join(sandbox, 'a.gz')], { stdio: 'ignore' })
    try {
      const limits = { ...unpackLimits, bytes: 1_000_000 }
      await expect(unpack(join(sandbox, 'a.gz'), signal, limits)).rejects.toThrow(/more than 1000000 bytes/)
    } finally {
      zeros.kill('SIGKILL')
    }
  })
})

describeWith(['zip'], 'a zip archive', () => {
  function zipped(make: (directory: string) => readonly string[], ...flags: string[]): void {
    const place = temporaryDirectory('zip')
    const names = make(place)
    execFileSync('zip', ['-q', ...flags, join(sandbox, 'a.zip'), ...names], { cwd: place })
  }

  it('is unpacked', async () => {
    zipped(place => {
      mkdirSync(join(place, 'sub'))
      writeFileSync(join(place, 'sub/file'), 'zip')
      return ['sub/file']
    })
    await unpack(join(sandbox, 'a.zip'), signal)
    expect(read('sub/file')).toBe('zip')
  })

  it('with a link that leads out is refused', async () => {
    zipped(place => {
      symlinkSync('/etc/passwd', join(place, 'l'))
      return ['l']
    }, '-y')
    await expect(unpack(join(sandbox, 'a.zip'), signal)).rejects.toThrow(/link "l", which leads out/)
  })

  it('with a name with .. is refused', async () => {
    zipped(place => {
      mkdirSync(join(place, 'sub'))
      writeFileSync(join(place, 'sub/evil'), 'x')
      return ['sub/evil']
    })
    // The same length, so that the archive stays whole.
    const bytes = readFileSync(join(sandbox, 'a.zip')).toString('latin1').replaceAll('sub/evil', '../xevil')
    writeFileSync(join(sandbox, 'a.zip'), Buffer.from(bytes, 'latin1'))
    await expect(unpack(join(sandbox, 'a.zip'), signal)).rejects.toThrow(/"\.\.\/xevil", which is outside/)
  })
})

describe('fetching', () => {
  const item = { extract: true, executable: false, cache: false }

  it('says which address held the bad archive', async () => {
    const place = temporaryDirectory('source')
    writeFileSync(join(place, 'a.tar'), tar([file('../evil')]))
    await expect(fetchInto(sandbox, { ...item, uri: `${place}/a.tar` }, signal)).rejects.toThrow(
      `Failed to fetch ${place}/a.tar: the archive holds "../evil", which is outside the sandbox`,
    )
  })

  it('leaves an archive packed when told so', async () => {
    const place = temporaryDirectory('source')
    writeFileSync(join(place, 'a.tar'), tar([file('inside')]))
    await fetchInto(sandbox, { ...item, extract: false, uri: `${place}/a.tar` }, signal)
    expect(readdirSync(sandbox)).toEqual(['a.tar'])
  })

  it('refuses what is too large, or no file', async () => {
    const place = temporaryDirectory('source')
    writeFileSync(join(place, 'big'), 'x'.repeat(1000))
    await expect(fetchInto(sandbox, { ...item, uri: `${place}/big` }, signal, 999)).rejects.toThrow(
      /larger than 999 bytes/,
    )
    const server = createServer((_, response) => {
      const more = (): void => void response.write('x'.repeat(10_000), more)
      more()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    try {
      const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/endless`
      await expect(fetchInto(sandbox, { ...item, uri }, signal, 100_000)).rejects.toThrow(
        `Failed to fetch ${uri}: it is larger than 100000 bytes`,
      )
    } finally {
      server.closeAllConnections()
      server.close()
    }
    await expect(fetchInto(sandbox, { ...item, uri: '/dev/zero' }, signal)).rejects.toThrow(/not a file/)
  })
})
