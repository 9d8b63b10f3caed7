// The API has no password and can run commands, so it answers only those who mean it: a request whose Host is not one
// of our names may come from a web page that pointed its own name at us (DNS rebinding), one whose Origin is not this
// very address comes from a web page of somebody else. Both are refused before anything is read.
//
// Our names are: localhost and whatever ends in .localhost, loopback addresses, what the server is bound to, and what
// the operator allows by name. Bound to anything but loopback, also every IP address (an address in Host can't be a name
// that somebody pointed here, and behind a forwarded port we don't know our own) and the machine's own name (the server
// adds it to the allowed ones).
//
// Agents may know a server that is not bound to loopback by names that it has never heard of. A browser sends an Origin
// with every WebSocket that it opens, so one without comes from no web page, and its Host may be anything.
import { isIP } from 'node:net'

export interface GuardOptions {
  /** What the server is bound to: `127.0.0.1`, `0.0.0.0`, `10.1.2.3`. */
  readonly boundHost: string
  /** Further names and addresses under which this server is known. Ports in them don't matter. */
  readonly names: readonly string[]
}

export interface DoorHeaders {
  readonly host: string | null
  readonly origin: string | null
}

/** Why the request is refused, in a sentence; undefined: it may come in. */
export function refusedAtDoor({ host, origin }: DoorHeaders, options: GuardOptions): string | undefined {
  if (host === null || !isKnownHost(host, options))
    return (
      `This server is not known as ${JSON.stringify(host ?? '')}. Use localhost or the address it listens on, ` +
      'or start it with --allow-host and this name.'
    )
  if (origin !== null && !isSameAuthority(origin, host))
    return `Requests from web pages of another origin (${JSON.stringify(origin)}) are refused.`
  return undefined
}

/** The same for the WebSocket of an agent. */
export function refusedAgent(headers: DoorHeaders, options: GuardOptions): string | undefined {
  return headers.origin === null && !isBoundToLoopback(options) ? undefined : refusedAtDoor(headers, options)
}

export function isBoundToLoopback({ boundHost }: Pick<GuardOptions, 'boundHost'>): boolean {
  return isLoopback(nameOf(boundHost) ?? '')
}

function isKnownHost(host: string, options: GuardOptions): boolean {
  const name = nameOf(host)
  if (name === undefined) return false
  if (isLoopback(name)) return true
  if ([options.boundHost, ...options.names].some(known => nameOf(known) === name)) return true
  return isIP(name) !== 0 && !isBoundToLoopback(options)
}

function isLoopback(name: string): boolean {
  if (isIP(name) === 4) return name.startsWith('127.')
  return name === '::1' || name === 'localhost' || name.endsWith('.localhost')
}

// `name:port` → name, in lower case; IPv6 without brackets; no dot at the end; undefined when it is no host.
function nameOf(host: string): string | undefined {
  const url = parsed(`http://${isIP(host) === 6 ? `[${host}]` : host}`)
  if (url === undefined || url.pathname !== '/' || url.username !== '' || url.search + url.hash !== '')
    return undefined
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}

// The same host and port. The scheme may differ: something in front of us may speak TLS.
function isSameAuthority(origin: string, host: string): boolean {
  const page = parsed(origin)
  if (page === undefined || (page.protocol !== 'http:' && page.protocol !== 'https:')) return false
  return page.host === parsed(`${page.protocol}//${host}`)?.host
}

function parsed(url: string): URL | undefined {
  try {
    return new URL(url)
  } catch {
    return undefined
  }
}
