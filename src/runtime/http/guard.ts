// The API has no password and can run commands, so it answers only those who mean it: a request whose Host is not one
// of our names may come from a web page that pointed its own name at us (DNS rebinding), one whose Origin is not this
// very address comes from a web page of somebody else. Both are refused before anything is read.
import { isIP } from 'node:net'

export interface GuardOptions {
  /** What the server is bound to: `127.0.0.1`, `0.0.0.0`, `10.1.2.3`. */
  readonly boundHost: string
  /** Further names and addresses under which this server is known, without port. */
  readonly names: readonly string[]
}

/** Why the request is refused, in a sentence; undefined: it may come in. */
export function refusedAtDoor(
  headers: { readonly host: string | null; readonly origin: string | null },
  options: GuardOptions,
): string | undefined {
  const { host, origin } = headers
  if (host === null || !isKnownHost(host, options))
    return (
      `This server is not known as ${JSON.stringify(host ?? '')}. Use localhost or the address it listens on, ` +
      'or start it with this name among the allowed ones.'
    )
  if (origin !== null && hostOf(origin) !== host.toLowerCase())
    return `Requests from web pages of another origin (${JSON.stringify(origin)}) are refused.`
  return undefined
}

function isKnownHost(host: string, options: GuardOptions): boolean {
  const name = nameOf(host)
  if (name === undefined) return false
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  if (options.names.some(known => known.toLowerCase() === name)) return true
  if (isIP(name) === 0) return name === options.boundHost.toLowerCase()
  if (name === '::1' || name.startsWith('127.') || name === options.boundHost) return true
  // Bound to every address of this machine: an address in Host can't be a name that somebody pointed here.
  return options.boundHost === '0.0.0.0' || options.boundHost === '::'
}

// `name:port` → name, in lower case; IPv6 without brackets; undefined when it is no host.
function nameOf(host: string): string | undefined {
  try {
    const { hostname, pathname, username } = new URL(`http://${host}`)
    if (pathname !== '/' || username !== '') return undefined
    return hostname.replace(/^\[|\]$/g, '').toLowerCase()
  } catch {
    return undefined
  }
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}
