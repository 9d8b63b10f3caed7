// Puts the command line and the packages it needs at once into a few files, dist/program/, so that `sddc` starts fast:
// reading and linking some 170 modules takes longer than most commands. Each command stays a file of its own that is
// read when it runs. The modules in dist/ stay as they are beside it: for types, the forecast's worker, and modules of
// users, which are bundled with parts of ours.
import { readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

/** Packages with native parts, or of their own weight: Node reads them from where they are, when they are needed. */
const outside = ['classic-level', 'level', 'dockerode', 'esbuild']

/** `root` is the project's folder; dist/ is compiled already. Resolves to true when dist/program/ is complete. */
export async function bundle(root) {
  const { build } = await import('esbuild')
  const dist = join(root, 'dist')
  const { errors } = await build({
    entryPoints: [join(dist, 'cli', 'main.js')],
    outdir: join(dist, 'program'),
    bundle: true,
    splitting: true,
    chunkNames: '[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: outside,
    // Packages in CommonJS ask for Node's own modules by require.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    logLevel: 'error',
    plugins: [withoutSideEffects(dist), samePlace(dist), withoutHelpOfYargs],
  })
  return errors.length === 0
}

/** No module of ours does anything by being imported but the entry: what is not used stays out. */
function withoutSideEffects(dist) {
  return {
    name: 'without-side-effects',
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ path, importer }) =>
        importer.startsWith(dist + sep)
          ? { path: join(dirname(importer), path), sideEffects: false }
          : undefined,
      )
    },
  }
}

/** Modules that look for files beside themselves find them as before, although their code stands elsewhere now. */
function samePlace(dist) {
  return {
    name: 'same-place',
    setup(build) {
      build.onLoad({ filter: /\.js$/ }, ({ path }) => {
        if (!path.startsWith(dist + sep)) return undefined
        const code = readFileSync(path, 'utf8')
        if (!code.includes('import.meta.url')) return undefined
        const place = relative(join(dist, 'program'), path).split(sep).join('/')
        const url = `new URL(${JSON.stringify(place)}, import.meta.url).href`
        return { contents: code.replaceAll('import.meta.url', url) }
      })
    },
  }
}

/**
 * Help is printed by our own code. What yargs would print it with compiles regular expressions over all of Unicode as
 * soon as it is imported, which takes as long as everything else together.
 */
const withoutHelpOfYargs = {
  name: 'without-help-of-yargs',
  setup(build) {
    build.onResolve({ filter: /^(cliui|string-width)$/ }, ({ importer, path }) =>
      importer.includes(`${sep}yargs${sep}`) ? { path, namespace: 'never-called' } : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: 'never-called' }, ({ path }) => ({
      contents: `export default () => { throw new Error('${path} is not part of the program') }`,
    }))
  },
}
