// `sddc graph`: what depends on what, as text for Graphviz or as a picture. Works without a cluster.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { usageError } from '../commandline/command.ts'
import { configurationOf, type ConfigurationOptions } from '../configuration.ts'
import { exit, type Context } from '../context.ts'
import { dotOf } from '../graph/dot.ts'
import { pictureOf } from '../graph/picture.ts'

export interface GraphOptions extends ConfigurationOptions {
  /** `dot`, `svg`; by the name of the file if not given, else `dot`. */
  readonly format: string | undefined
  readonly out: string | undefined
}

export async function graphCommand(context: Context, options: GraphOptions): Promise<number> {
  const { out } = options
  const format = options.format ?? (out?.endsWith('.svg') === true ? 'svg' : 'dot')
  if (format !== 'dot' && format !== 'svg') {
    throw usageError(`"${format}" is not a format of graphs`, 'It is dot or svg: sddc graph --format svg')
  }
  const loaded = await configurationOf(context, options)
  if (loaded === undefined) return exit.error
  const picture = pictureOf(loaded.desired)
  // The layout is loaded only for pictures.
  const text = format === 'dot' ? dotOf(picture) : (await import('../graph/svg.ts')).svgOf(picture)
  if (out === undefined) {
    context.terminal.out(text.trimEnd())
    return exit.done
  }
  writeFileSync(resolve(context.directory, out), text)
  context.terminal.note(`Wrote ${out}: ${picture.nodes.length} nodes, ${picture.edges.length} edges.`)
  return exit.done
}
