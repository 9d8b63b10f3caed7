// The picture of a configuration: what is in it, as text for Graphviz, and as SVG with everything in its place.
import { describe, expect, test } from 'vitest'
import { dotOf } from '../../src/cli/graph/dot.ts'
import { pictureOf } from '../../src/cli/graph/picture.ts'
import { svgOf } from '../../src/cli/graph/svg.ts'
import { assemble } from '../../src/lang/assemble/index.ts'
import { evaluateHclFiles } from '../../src/lang/hcl/index.ts'
import type { StackName } from '../../src/model/index.ts'

const shop = `
app "balancer" {
  image      = "haproxy:2.9"
  depends_on = [group.shop]
}
group "shop" {
  app "web" {
    image      = "shop/web:1"
    instances  = 6
    depends_on = [group.data]
  }
  group "data" {
    app "db" {
      cmd = sensitive("serve --password=secret")
    }
    app "cache" { cmd = "say \\"<hello>\\" & go on for longer than fits into a box" }
  }
}
volume "pg" {
  size = "20GiB"
}
`

function pictureOfText(text: string) {
  const { config, diagnostics } = evaluateHclFiles([{ name: 'main.hcl', text }])
  expect(diagnostics).toEqual([])
  const { desired } = assemble(config!, 'shop' as StackName)
  return pictureOf(desired!)
}

test('apps and volumes are nodes, groups are boxes, dependencies are edges', () => {
  const { nodes, boxes, edges } = pictureOfText(shop)
  expect(nodes.map(n => [n.id, n.subtitle])).toEqual([
    ['/balancer', '1 × haproxy:2.9'],
    ['/shop/data/cache', '1 × say "<hello>" & go on for l…'],
    ['/shop/data/db', '1 × (sensitive value)'],
    ['/shop/web', '6 × shop/web:1'],
    ['volume:pg', '20GiB'],
  ])
  expect(boxes).toEqual([
    { id: '/shop', title: 'shop', box: undefined },
    { id: '/shop/data', title: 'data', box: '/shop' },
  ])
  expect(edges).toEqual([
    { from: '/balancer', to: '/shop' },
    { from: '/shop/web', to: '/shop/data' },
  ])
})

test('text for Graphviz', () => {
  expect(dotOf(pictureOfText(shop))).toBe(`digraph sddc {
  compound = true;
  node [shape = box, style = "rounded,filled", fillcolor = "#f6f8fa", fontname = "sans-serif"];
  edge [color = "#57606a"];
  "/balancer" [label = "balancer\\n1 × haproxy:2.9"];
  "volume:pg" [label = "pg\\n20GiB", shape = cylinder];
  subgraph "cluster:/shop" {
    label = "shop";
    "/shop/web" [label = "web\\n6 × shop/web:1"];
    subgraph "cluster:/shop/data" {
      label = "data";
      "/shop/data/cache" [label = "cache\\n1 × say \\"<hello>\\" & go on for l…"];
      "/shop/data/db" [label = "db\\n1 × (sensitive value)"];
    }
  }
  "/balancer" -> "/shop/data/cache" [lhead = "cluster:/shop"];
  "/shop/web" -> "/shop/data/cache" [lhead = "cluster:/shop/data"];
}
`)
})

describe('SVG', () => {
  test('texts are escaped, nothing sensitive is in it', () => {
    const svg = svgOf(pictureOfText(shop))
    expect(svg).toContain('say &quot;&lt;hello&gt;&quot; &amp; go on')
    expect(svg).not.toContain('password')
  })

  test('no node lies on another, each lies in its box, what needs stands above what is needed', () => {
    const picture = pictureOfText(shop)
    const svg = svgOf(picture)
    const frames = new Map(
      [...svg.matchAll(/<g><title>(.*?)<\/title><rect class="(?:app|volume)" (.*?) rx/g)].map(m => [
        m[1]!,
        frame(m[2]!),
      ]),
    )
    const boxes = [...svg.matchAll(/<rect class="box" (.*?) rx/g)].map(m => frame(m[1]!))
    expect([...frames.keys()].sort()).toEqual(picture.nodes.map(n => n.id).sort())
    expect(boxes).toHaveLength(2)
    for (const [a, one] of frames) {
      for (const [b, other] of frames) if (a !== b) expect(apart(one, other), `${a} and ${b}`).toBe(true)
    }
    const inside = (id: string, box: Frame): boolean => contains(box, frames.get(id)!)
    expect(inside('/shop/web', boxes[0]!) && inside('/shop/data/db', boxes[0]!)).toBe(true)
    expect(inside('/shop/data/db', boxes[1]!) && inside('/shop/data/cache', boxes[1]!)).toBe(true)
    expect(inside('/balancer', boxes[0]!) || inside('/shop/web', boxes[1]!)).toBe(false)
    expect(frames.get('/shop/web')!.y).toBeLessThan(frames.get('/shop/data/db')!.y)
    expect(frames.get('/balancer')!.y).toBeLessThan(boxes[0]!.y)
  })

  test('every edge is drawn and ends at the border of what is needed', () => {
    const svg = svgOf(pictureOfText(shop))
    const boxes = [...svg.matchAll(/<rect class="box" (.*?) rx/g)].map(m => frame(m[1]!))
    const ends = [...svg.matchAll(/<path class="edge" d="(.*?)"/g)].map(m =>
      m[1]!
        .match(/-?[\d.]+/g)!
        .slice(-2)
        .map(Number),
    )
    expect(ends).toHaveLength(2)
    ends.forEach(([, y], i) => expect(y).toBeCloseTo(boxes[i]!.y, 0))
  })

  test('many edges: all are drawn, and everything still stands above what it needs', () => {
    const count = 100
    const needs = (i: number): number[] => (i > 3 ? [0, 1, 2, i - 1] : [])
    const nodes = Array.from({ length: count }, (_, i) => ({
      kind: 'app' as const,
      id: `/a${i}`,
      box: undefined,
      title: `a${i}`,
      subtitle: 'x',
    }))
    const edges = nodes.flatMap(({ id }, i) => needs(i).map(to => ({ from: id, to: `/a${to}` })))
    const svg = svgOf({ nodes, boxes: [], edges })
    const tops = [...svg.matchAll(/<rect class="app" (.*?) rx/g)].map(m => frame(m[1]!).y)
    expect(svg.match(/class="edge"/g)).toHaveLength(edges.length)
    expect(nodes.filter((_, i) => needs(i).some(to => tops[to]! <= tops[i]!))).toEqual([])
  })

  test('an empty configuration is an empty picture', () => {
    expect(svgOf({ nodes: [], boxes: [], edges: [] })).toContain('<svg')
  })
})

interface Frame {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function frame(attributes: string): Frame {
  const value = (name: string): number => Number(new RegExp(`\\b${name}="(-?[\\d.]+)"`).exec(attributes)![1])
  return { x: value('x'), y: value('y'), width: value('width'), height: value('height') }
}

function apart(a: Frame, b: Frame): boolean {
  return a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
}

function contains(outer: Frame, inner: Frame): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  )
}
