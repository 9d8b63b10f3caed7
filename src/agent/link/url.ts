// From the server's address, as people write it, to the address of one of its sockets.

/** `http://host:8080` + `/v1/x` → `ws://host:8080/v1/x`. */
export function socketUrl(
  server: string,
  path: string,
  query: Readonly<Record<string, string>> = {},
): string {
  const url = new URL(server)
  url.protocol = url.protocol === 'https:' || url.protocol === 'wss:' ? 'wss:' : 'ws:'
  url.pathname = url.pathname.replace(/\/+$/, '') + path
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}
