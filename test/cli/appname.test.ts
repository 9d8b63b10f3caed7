// Apps as people name them.
import { describe, expect, test } from 'vitest'
import { findApp } from '../../src/cli/appname.ts'
import type { AppView } from '../../src/cli/types.ts'

const app = (id: string, address: string) => ({ id, address }) as AppView
const apps = [
  app('/web', 'app.web'),
  app('/shop/api', 'group.shop.app.api'),
  app('/blog/api', 'group.blog.app.api'),
  app('/shop/db', 'group.shop.app.db'),
]

describe('findApp', () => {
  test.each([
    ['/web', '/web'],
    ['web', '/web'],
    ['app.web', '/web'],
    ['shop/api', '/shop/api'],
    ['group.shop.app.db', '/shop/db'],
    ['db', '/shop/db'],
  ])('%s is %s', (name, id) => {
    expect(findApp(apps, name).id).toBe(id)
  })

  test('a name that ends two ids is refused with both', () => {
    expect(() => findApp(apps, 'api')).toThrow('"api" is more than one app: /shop/api, /blog/api')
  })

  test.each([
    ['wbe', 'Did you mean "web"?'],
    ['shop/dbb', 'Did you mean "shop/db"?'],
    ['nothing-like-it', 'See them all with: sddc status'],
  ])('%s: %s', (name, advice) => {
    expect(() => findApp(apps, name)).toThrow(expect.objectContaining({ code: 'USAGE', advice }))
  })
})
