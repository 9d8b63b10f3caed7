// Makes a small image from the machine's own static busybox, since tests must not need a registry: a shell, the usual
// programs, a user without rights. About 2 MB, in a fraction of a second.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import Docker from 'dockerode'
import { tar } from './tar.ts'

export const busyboxImage = 'sddc-test/busybox:1'

/** Imports the image unless it is there; returns its name. `changes` are lines of a Dockerfile, with a name of their own. */
export async function importBusybox(
  docker = new Docker(),
  name = busyboxImage,
  changes: readonly string[] = ['CMD ["/bin/sh"]', 'ENV PATH=/bin'],
): Promise<string> {
  const known = await docker.listImages({ filters: { reference: [name] } })
  if (known.length > 0) return name
  const [repo, tag] = name.split(':')
  const answer = await docker.importImage(Readable.from([busyboxFiles()]), { repo, tag, changes })
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(answer, (error: Error | null) => (error ? reject(error) : resolve()))
  })
  return name
}

function busyboxFiles(): Buffer {
  const listed = spawnSync('busybox', ['--list'], { encoding: 'utf8' }).stdout.trim().split('\n')
  const path = spawnSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).stdout.trim()
  return tar([
    { kind: 'folder', path: 'bin' },
    { kind: 'folder', path: 'etc' },
    { kind: 'folder', path: 'tmp', mode: 0o1777 },
    { kind: 'file', path: 'bin/busybox', content: readFileSync(path), mode: 0o755 },
    ...listed
      .filter(name => name !== 'busybox')
      .map(name => ({ kind: 'link', path: `bin/${name}`, target: 'busybox' }) as const),
    {
      kind: 'file',
      path: 'etc/passwd',
      content: Buffer.from('root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n'),
    },
    { kind: 'file', path: 'etc/group', content: Buffer.from('root:x:0:\nnogroup:x:65534:\n') },
  ])
}
