// What a picture of a configuration shows, apart from how it is drawn: apps and volumes as nodes, groups and modules as
// boxes around them, dependencies as edges. Node ids are those of the cluster (`/shop/web`), volumes `volume:data`.
import { compareStrings, formatMiB } from '../../base/index.ts'
import type { Desired, DesiredApp } from '../../model/index.ts'

export interface Picture {
  readonly nodes: readonly PictureNode[]
  /** Parents before what is inside of them. */
  readonly boxes: readonly PictureBox[]
  /** From what needs to what is needed; `to` may be a box. */
  readonly edges: readonly { readonly from: string; readonly to: string }[]
}

export interface PictureNode {
  readonly id: string
  readonly kind: 'app' | 'volume'
  readonly title: string
  /** `3 × nginx:1.27`: what it is, in a few words. */
  readonly subtitle: string
  /** The box around it; undefined at the top. */
  readonly box: string | undefined
}

export interface PictureBox {
  readonly id: string
  readonly title: string
  readonly box: string | undefined
}

export function pictureOf(desired: Desired): Picture {
  const apps = desired.apps.map(a => a.app)
  const boxes = boxesOf([...apps.map(a => a.id), ...desired.groups.map(g => `${g.id}/`)])
  const nodes = [
    ...desired.apps.map((desiredApp): PictureNode => {
      const { app } = desiredApp
      const subtitle = `${app.instances} × ${whatRuns(desiredApp)}`
      return { id: app.id, kind: 'app', title: lastOf(app.id), subtitle, box: parentOf(app.id) }
    }),
    ...desired.volumes.map((volume): PictureNode => ({
      id: `volume:${volume.name}`,
      kind: 'volume',
      title: volume.name,
      subtitle: `${formatMiB(volume.size)}${volume.shared ? ', shared' : ''}`,
      box: undefined,
    })),
  ]
  const drawn = new Set([...nodes.map(n => n.id), ...boxes.map(b => b.id)])
  const edges = [
    ...apps.flatMap(app => app.dependencies.map(to => ({ from: app.id as string, to }))),
    ...desired.groups.flatMap(group => group.dependencies.map(to => ({ from: group.id as string, to }))),
  ].filter(({ from, to }) => drawn.has(from) && drawn.has(to))
  return { nodes, boxes, edges }
}

/** All groups above the ids, those without a block of their own, too. */
function boxesOf(ids: readonly string[]): PictureBox[] {
  const found = new Set<string>()
  for (const id of ids) {
    for (let box = parentOf(id); box !== undefined && !found.has(box); box = parentOf(box)) found.add(box)
  }
  return [...found].sort(compareStrings).map(id => ({ id, title: lastOf(id), box: parentOf(id) }))
}

function parentOf(id: string): string | undefined {
  const cut = id.lastIndexOf('/')
  return cut <= 0 ? undefined : id.slice(0, cut)
}

function lastOf(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1)
}

const maxWords = 28

function whatRuns({ app, sensitivePaths }: DesiredApp): string {
  const image = app.container?.docker?.image
  if (image === undefined && sensitivePaths.some(path => /^\/(cmd|args)\b/.test(path))) {
    return '(sensitive value)'
  }
  const text = image ?? app.cmd ?? app.args?.join(' ') ?? 'nothing'
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= maxWords ? line : `${line.slice(0, maxWords - 1)}…`
}
