// Files that the documentation names are there, and so are the sections that its links lead to.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { trackedFiles } from '../house/sources.ts'
import { repository } from '../support/processes.ts'

const pages = trackedFiles('*.md', 'docs/**/*.md')
  .map(file => file.path)
  // The template's links are those of the page that is made of it.
  .filter(path => !path.includes('/fixtures/') && !path.endsWith('/template.md'))

describe('documentation', () => {
  test('was seen', () => {
    expect(pages).toContain('ARCHITECTURE.md')
    expect(pages.length).toBeGreaterThan(10)
  })

  test.each(pages)('%s names files that are there', page => {
    const named = [...textOf(page).matchAll(/`((?:src|test|docs|scripts|examples|bench)\/[\w./-]+)`/g)]
    const paths = named.map(([, path]) => path!).filter(path => !path.includes('NAME'))
    expect(paths.filter(path => !existsSync(join(repository, path)))).toEqual([])
  })

  test('ARCHITECTURE.md names functions that are in the file named before them', () => {
    const named = [...textOf('ARCHITECTURE.md').matchAll(/`(src\/[\w./-]+\.ts)`,\s+`(\w+)`/g)]
    expect(named.length).toBeGreaterThan(4)
    const missing = named.filter(([, path, name]) => !new RegExp(`\\b${name}\\b`).test(textOf(path!)))
    expect(missing.map(([text]) => text)).toEqual([])
  })

  test.each(pages)('%s links to what is there', page => {
    const links = [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!)
    expect(links.filter(link => !/^https?:/.test(link) && !leadsSomewhere(page, link))).toEqual([])
  })
})

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(repository, target))) return false
  return anchor === undefined || anchorsOf(target).includes(anchor)
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): readonly string[] {
  return [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function textOf(page: string): string {
  return readFileSync(join(repository, page), 'utf8')
}
