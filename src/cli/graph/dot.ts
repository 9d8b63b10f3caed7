// The picture in the language of Graphviz: `sddc graph | dot -Tsvg`.
import type { Picture, PictureBox } from './picture.ts'

export function dotOf(picture: Picture): string {
  const lines = [
    'digraph sddc {',
    '  compound = true;',
    '  node [shape = box, style = "rounded,filled", fillcolor = "#f6f8fa", fontname = "sans-serif"];',
    '  edge [color = "#57606a"];',
    ...contents(picture, undefined, '  '),
    ...picture.edges.flatMap(edge => edgeLines(picture, edge)),
    '}',
  ]
  return `${lines.join('\n')}\n`
}

function contents(picture: Picture, box: string | undefined, indent: string): string[] {
  const nodes = picture.nodes.filter(n => n.box === box)
  const boxes = picture.boxes.filter(b => b.box === box)
  return [
    ...nodes.map(n => {
      const shape = n.kind === 'volume' ? ', shape = cylinder' : ''
      return `${indent}${quoted(n.id)} [label = ${quoted(`${n.title}\n${n.subtitle}`)}${shape}];`
    }),
    ...boxes.flatMap(b => [
      `${indent}subgraph ${quoted(clusterOf(b))} {`,
      `${indent}  label = ${quoted(b.title)};`,
      ...contents(picture, b.id, `${indent}  `),
      `${indent}}`,
    ]),
  ]
}

// Graphviz draws no edge to a cluster: the edge goes to a node inside and is cut off at the cluster's border.
function edgeLines(picture: Picture, { from, to }: Picture['edges'][number]): string[] {
  const tail = nodeFor(picture, from)
  const head = nodeFor(picture, to)
  if (tail === undefined || head === undefined) return []
  const clip = [
    ...(tail === from ? [] : [`ltail = ${quoted(`cluster:${from}`)}`]),
    ...(head === to ? [] : [`lhead = ${quoted(`cluster:${to}`)}`]),
  ]
  return [`  ${quoted(tail)} -> ${quoted(head)}${clip.length === 0 ? '' : ` [${clip.join(', ')}]`};`]
}

/** The node itself, or the first one inside the box. */
function nodeFor({ nodes }: Picture, id: string): string | undefined {
  return (nodes.find(n => n.id === id) ?? nodes.find(n => n.id.startsWith(`${id}/`)))?.id
}

function clusterOf({ id }: PictureBox): string {
  return `cluster:${id}`
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}
