// Routes: a method and a path whose `{name}` segments are taken out.
import type { Handler } from './context.ts'

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly segments: readonly string[]
  readonly handler: Handler
}

export type Found =
  | { readonly kind: 'route'; readonly handler: Handler; readonly params: Readonly<Record<string, string>> }
  /** The path is known, with these methods. */
  | { readonly kind: 'method'; readonly allowed: readonly string[] }
  | { readonly kind: 'nothing' }

/** `route('GET /v1/deployments/{id}', handler)`. */
export function route(spec: string, handler: Handler): Route {
  const [method, path] = spec.split(' ')
  return { method: method as Route['method'], segments: path!.split('/').filter(s => s !== ''), handler }
}

/** HEAD is answered by GET's route. */
export function find(routes: readonly Route[], method: string, segments: readonly string[]): Found {
  const wanted = method === 'HEAD' ? 'GET' : method
  const allowed: string[] = []
  for (const candidate of routes) {
    const params = match(candidate.segments, segments)
    if (params === undefined) continue
    if (candidate.method === wanted) return { kind: 'route', handler: candidate.handler, params }
    allowed.push(candidate.method)
  }
  return allowed.length === 0 ? { kind: 'nothing' } : { kind: 'method', allowed }
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined
  const params: Record<string, string> = {}
  for (const [i, part] of pattern.entries()) {
    if (part.startsWith('{')) params[part.slice(1, -1)] = segments[i]!
    else if (part !== segments[i]) return undefined
  }
  return params
}
