// The picture as SVG that stands by itself: no script, no font to load, light and dark by what the viewer prefers. dagre
// finds the places; what needs something stands above what it needs.
import { Graph, layout } from '@dagrejs/dagre'
import type { Point } from '@dagrejs/dagre'
import { widthOf } from '../print/cells.ts'
import type { Picture, PictureNode } from './picture.ts'

const margin = 24
const nodeHeight = 52
const leastWidth = 110
/** Of a character of the small text, in the fonts that browsers take for sans-serif. */
const characterWidth = 7

export function svgOf(picture: Picture): string {
  const placed = place(picture)
  const { width, height } = placed
  const body = [
    ...placed.boxes.map(boxText),
    ...placed.edges.map(edgeText),
    ...placed.nodes.map(nodeText),
  ].join('\n')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="What depends on what">
<style>
  svg { background: #ffffff; font-family: system-ui, sans-serif; }
  .box { fill: #8c959f14; stroke: #8c959f; stroke-dasharray: 4 3; }
  .app { fill: #ddf4ff; stroke: #0969da; }
  .volume { fill: #fff8c5; stroke: #9a6700; }
  .edge { fill: none; stroke: #57606a; stroke-width: 1.4; marker-end: url(#arrow); }
  #arrow path { fill: #57606a; }
  text { fill: #1f2328; }
  .title { font-size: 14px; font-weight: 600; text-anchor: middle; }
  .subtitle { font-size: 11px; text-anchor: middle; fill: #57606a; }
  .label { font-size: 12px; fill: #57606a; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; }
    .app { fill: #0c2d4e; stroke: #4493f8; }
    .volume { fill: #3b2e00; stroke: #d29922; }
    .edge { stroke: #9198a1; }
    #arrow path { fill: #9198a1; }
    text { fill: #f0f6fc; }
    .subtitle, .label { fill: #9198a1; }
  }
</style>
<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z"/></marker></defs>
${body}
</svg>
`
}

interface Frame {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

interface Placed {
  readonly width: number
  readonly height: number
  readonly nodes: readonly (Frame & { readonly node: PictureNode })[]
  readonly boxes: readonly (Frame & { readonly title: string })[]
  readonly edges: readonly (readonly Point[])[]
}

interface PlacedEdge {
  readonly tail: string
  readonly head: string
  readonly name: string
}

/** With more edges the layout takes minutes: then one of each node finds the places, and the others are straight. */
const mostPlacingEdges = 200

function place(picture: Picture): Placed {
  const graph = new Graph({ compound: true, multigraph: true })
  graph.setGraph({ rankdir: 'TB', nodesep: 36, ranksep: 56, marginx: margin, marginy: margin })
  // A box may be empty; dagre gives such a one the size of a node.
  for (const box of picture.boxes) graph.setNode(box.id, { width: leastWidth, height: nodeHeight })
  for (const node of picture.nodes) graph.setNode(node.id, { width: nodeWidth(node), height: nodeHeight })
  for (const { id, box } of [...picture.boxes, ...picture.nodes]) {
    if (box !== undefined) graph.setParent(id, box)
  }
  const boxes = new Set(picture.boxes.map(b => b.id))
  const isEmpty = (id: string): boolean => graph.children(id).length === 0
  const needed = new Set(picture.edges.map(e => e.to))
  // dagre takes no edge to a box: it gets one to a node inside, and is drawn to the border of the box. The node is one
  // that stands at the top of the box, so that what needs the box stands above it.
  const inside = (id: string): string => {
    let at = id
    while (boxes.has(at) && !isEmpty(at)) {
      const children = graph.children(at)
      at = children.find((child: string) => !needed.has(child)) ?? children[0]!
    }
    return at
  }
  const inner = picture.edges
    .map(({ from, to }, i) => ({ tail: inside(from), head: inside(to), name: String(i) }))
    .filter(({ tail, head }) => tail !== head)
  if (inner.length <= mostPlacingEdges) {
    for (const { tail, head, name } of inner) graph.setEdge(tail, head, {}, name)
  } else {
    placeByHeight(graph, inner)
  }
  layout(graph)
  const frame = (id: string): Frame => {
    const { x = 0, y = 0, width = 0, height = 0 } = graph.node(id) as Partial<Frame>
    return { x: x - width / 2, y: y - height / 2, width, height }
  }
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  return {
    width: Math.ceil(Math.max(width, 2 * margin)),
    height: Math.ceil(Math.max(height, 2 * margin)),
    nodes: picture.nodes.map(node => ({ ...frame(node.id), node })),
    boxes: picture.boxes.map(box => ({ ...frame(box.id), title: box.title })),
    edges: picture.edges.flatMap(({ from, to }, i) => {
      const [tail, head] = [inside(from), inside(to)]
      if (tail === head) return []
      const label = graph.edge(tail, head, String(i)) as { points?: Point[] } | undefined
      let points = label?.points ?? straight(frame(tail), frame(head))
      if (boxes.has(to)) points = cutAt(points, frame(to))
      if (boxes.has(from)) points = cutAt([...points].reverse(), frame(from)).reverse()
      return [points]
    }),
  }
}

/**
 * What needs nothing stands on an invisible ground, everything else right above the highest that it needs: then it stands
 * above all that it needs.
 */
function placeByHeight(graph: Graph, edges: readonly PlacedEdge[]): void {
  graph.setNode(ground, { width: 1, height: 0 })
  const highest = highestOfEach(edges)
  const raised = new Set(highest.map(e => e.tail))
  const grounded = new Set(edges.map(e => e.head).filter(id => !raised.has(id)))
  for (const id of grounded) graph.setEdge(id, ground, {}, ground)
  for (const { tail, head, name } of highest) graph.setEdge(tail, head, {}, name)
}

/** No id is so. */
const ground = '(ground)'

/**
 * Of each node the edge to the one that stands highest above the ground: enough to put everything above what it needs.
 * A circle, which groups can make although apps never do, is cut where it closes.
 */
function highestOfEach(edges: readonly PlacedEdge[]): readonly PlacedEdge[] {
  const from = new Map<string, PlacedEdge[]>()
  for (const edge of edges) {
    const others = from.get(edge.tail)
    if (others === undefined) from.set(edge.tail, [edge])
    else others.push(edge)
  }
  const heights = new Map<string, number>()
  const highest: PlacedEdge[] = []
  for (const start of from.keys()) {
    if (heights.has(start)) continue
    const path = [start]
    heights.set(start, 0)
    while (path.length > 0) {
      const at = path.at(-1)!
      const edges = from.get(at) ?? []
      const next = edges.find(e => !heights.has(e.head))
      if (next !== undefined) {
        heights.set(next.head, 0)
        path.push(next.head)
        continue
      }
      path.pop()
      const [best] = edges.toSorted((a, b) => heights.get(b.head)! - heights.get(a.head)!)
      if (best === undefined) continue
      heights.set(at, heights.get(best.head)! + 1)
      highest.push(best)
    }
  }
  return highest
}

function straight(from: Frame, to: Frame): Point[] {
  return [
    { x: from.x + from.width / 2, y: from.y + from.height },
    { x: to.x + to.width / 2, y: to.y },
  ]
}

function nodeWidth({ title, subtitle }: PictureNode): number {
  return Math.max(leastWidth, (Math.max(widthOf(title) * 1.2, widthOf(subtitle)) + 4) * characterWidth)
}

/** The line up to where it enters the frame. */
function cutAt(points: readonly Point[], frame: Frame): Point[] {
  const isInside = ({ x, y }: Point): boolean =>
    x >= frame.x && x <= frame.x + frame.width && y >= frame.y && y <= frame.y + frame.height
  const first = points.findIndex(isInside)
  if (first <= 0) return [...points]
  let [outer, inner] = [points[first - 1]!, points[first]!]
  // Halving thirty times is closer than a pixel.
  for (let i = 0; i < 30; i++) {
    const middle = { x: (outer.x + inner.x) / 2, y: (outer.y + inner.y) / 2 }
    if (isInside(middle)) inner = middle
    else outer = middle
  }
  return [...points.slice(0, first), inner]
}

function boxText({ x, y, width, height, title }: Placed['boxes'][number]): string {
  return (
    `<rect class="box" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="8"/>` +
    `<text class="label" x="${round(x + 10)}" y="${round(y + 17)}">${escaped(title)}</text>`
  )
}

function nodeText({ x, y, width, height, node }: Placed['nodes'][number]): string {
  const middle = round(x + width / 2)
  return (
    `<g><title>${escaped(node.id)}</title>` +
    `<rect class="${node.kind}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${height}" rx="8"/>` +
    `<text class="title" x="${middle}" y="${round(y + 22)}">${escaped(node.title)}</text>` +
    `<text class="subtitle" x="${middle}" y="${round(y + 39)}">${escaped(node.subtitle)}</text></g>`
  )
}

function edgeText(points: readonly Point[]): string {
  const [first, ...rest] = points
  if (first === undefined) return ''
  const line = rest.map(({ x, y }) => `L${round(x)} ${round(y)}`).join(' ')
  return `<path class="edge" d="M${round(first.x)} ${round(first.y)} ${line}"/>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd')
}
