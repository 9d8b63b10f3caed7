// The doors as one function from Request to Response, so that tests and the simulator need no socket: guard, then the
// route, then the headers that every answer carries, and one place where errors become answers.
import { Hono } from 'hono'
import type { Actor } from '../../model/index.ts'
import type { Log } from '../log.ts'
import type { Backend, Context, Handler } from './context.ts'
import { type GuardOptions, refusedAtDoor } from './guard.ts'
import { marathonApps } from './marathon/apps.ts'
import { marathonGroups } from './marathon/groups.ts'
import { marathonRoutes } from './marathon/routes.ts'
import { nativeRoutes } from './native/routes.ts'
import { segmentsOf } from './path.ts'
import { CodedError } from '../../base/index.ts'
import { errorResponse, HttpError, json } from './respond.ts'
import { find, type Found } from './route.ts'

/** What the socket knows of the client; absent in tests without sockets. */
export interface SocketBindings {
  readonly incoming?: { readonly socket: { readonly remoteAddress?: string } }
}

export interface ApiOptions {
  readonly backend: Backend
  readonly guard: GuardOptions
  readonly log: Log
}

/** Longest name of an actor or key that is kept. */
const maxHeaderLength = 200

export function createApi(options: ApiOptions): Hono<{ Bindings: SocketBindings }> {
  const { backend, guard, log } = options
  const app = new Hono<{ Bindings: SocketBindings }>()
  app.all('*', async c => {
    const request = c.req.raw
    const url = new URL(request.url)
    const host = request.headers.get('host') ?? url.host
    const refusal = refusedAtDoor({ host, origin: request.headers.get('origin') }, guard)
    if (refusal !== undefined) return json({ message: refusal, code: 'FOREIGN_HOST' }, 403)
    const address = withPort(host)
    const from = c.env?.incoming?.socket.remoteAddress
    const response = await answer({ backend, request, url, address }, log, from)
    return withCommonHeaders(response, request, address)
  })
  return app
}

const routes = [...marathonRoutes, ...nativeRoutes]

async function answer(
  asked: Pick<Context, 'backend' | 'request' | 'url' | 'address'>,
  log: Log,
  remoteAddress: string | undefined,
): Promise<Response> {
  const { request, url } = asked
  try {
    const { handler, params } = handlerOf(request.method, url)
    const context: Context = {
      ...asked,
      query: url.searchParams,
      params,
      actor: actorOf(request, remoteAddress),
      key: keyOf(request),
    }
    return await handler(context)
  } catch (error) {
    if (!(error instanceof HttpError) && !(error instanceof CodedError)) {
      const trace = error instanceof Error ? error.stack : String(error)
      log(`error: ${request.method} ${url.pathname}: ${trace}`)
    }
    return errorResponse(error)
  }
}

/** Below these, ids have slashes. */
const greedyPaths: Readonly<Record<string, (method: string, rest: readonly string[]) => Found>> = {
  apps: marathonApps,
  groups: marathonGroups,
}

function handlerOf(method: string, url: URL): { handler: Handler; params: Readonly<Record<string, string>> } {
  const segments = segmentsOf(url.pathname)
  if (segments === undefined) throw new HttpError(400, 'The path has a broken escape')
  const greedy = segments[0] === 'v2' ? greedyPaths[segments[1] ?? ''] : undefined
  const found = greedy === undefined ? find(routes, method, segments) : greedy(method, segments.slice(2))
  if (found.kind === 'route') return found
  if (found.kind === 'nothing') throw new HttpError(404, 'URI not found', { code: 'NOT_FOUND' })
  const allow = [
    ...new Set(['OPTIONS', ...found.allowed.flatMap(m => (m === 'GET' ? ['GET', 'HEAD'] : [m]))]),
  ]
  const headers = { Allow: allow.join(', ') }
  if (method === 'OPTIONS') return { handler: () => new Response(null, { status: 204, headers }), params: {} }
  return { handler: () => json({ message: 'Method Not Allowed' }, 405, headers), params: {} }
}

/** Every change has an author: the command line names the user, others are known by where they come from. */
function actorOf(request: Request, remoteAddress: string | undefined): Actor {
  const named = request.headers.get('x-sddc-actor')?.trim()
  if (named === undefined || named === '') return { name: `api@${remoteAddress ?? 'local'}`, via: 'api' }
  return { name: limited(named, 'X-Sddc-Actor'), via: 'cli' }
}

function keyOf(request: Request): string | undefined {
  const key = request.headers.get('idempotency-key')?.trim()
  return key === undefined || key === '' ? undefined : limited(key, 'Idempotency-Key')
}

function limited(value: string, header: string): string {
  if (value.length <= maxHeaderLength) return value
  throw new HttpError(400, `${header} is longer than ${maxHeaderLength} characters`)
}

// Links in answers lead back the way the client came: behind a forwarded port we don't know our own address.
function withPort(host: string): string {
  const { hostname, port } = new URL(`http://${host}`)
  return `${hostname}:${port === '' ? 80 : port}`
}

function withCommonHeaders(response: Response, request: Request, address: string): Response {
  const answered = request.method === 'HEAD' ? new Response(null, response) : response
  // What would have flowed must end where it comes from.
  if (request.method === 'HEAD') void response.body?.cancel()
  const { headers } = answered
  headers.set('Cache-Control', 'no-cache, no-store, must-revalidate')
  headers.set('Pragma', 'no-cache')
  headers.set('Expires', '0')
  headers.set('X-Frame-Options', 'DENY')
  headers.set('X-XSS-Protection', '1; mode=block')
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.set('X-Marathon-Leader', `http://${address}`)
  return answered
}
