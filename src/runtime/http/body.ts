// Request bodies: JSON whatever the Content-Type says (curl sends a form type by default), within a limit.
import type { Json, Result } from '../../base/index.ts'
import type { Context } from './context.ts'
import { jsonProblem } from './jsonproblem.ts'
import { HttpError } from './respond.ts'

/** Bytes of a body at most: a plan of some ten thousand apps. Strings end at 512 MB, memory earlier. */
export const maxBodyBytes = 64 * 1024 * 1024

/** The JSON in the body. Throws 400 in Marathon's words when there is none, 413 when it is too long. */
export async function jsonBody({ request }: Context): Promise<Json> {
  const text = textOf(await limitedBytes(request))
  if (text.trim() === '') {
    throw new HttpError(400, 'Please specify data in JSON format', { details: 'the body is empty' })
  }
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    throw new HttpError(400, 'Invalid JSON', { details: jsonProblem(text, error as Error) })
  }
}

/** The body in its type. Throws 422 with where and what is wrong. */
export async function decodedBody<T>(
  context: Context,
  decode: (value: unknown) => Result<T, string>,
): Promise<T> {
  return decoded(await jsonBody(context), decode)
}

export function decoded<T>(value: unknown, decode: (value: unknown) => Result<T, string>): T {
  const result = decode(value)
  if (result.ok) return result.value
  const cut = result.error.indexOf(': ')
  throw new HttpError(422, 'Invalid JSON', {
    code: 'INVALID',
    details: [{ path: result.error.slice(0, cut), errors: [result.error.slice(cut + 2)] }],
  })
}

async function limitedBytes(request: Request): Promise<Uint8Array> {
  const encoding = request.headers.get('content-encoding') ?? 'identity'
  if (encoding !== 'identity')
    throw new HttpError(415, `Content-Encoding ${encoding} is not supported; send the body as it is`)
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (announced > maxBodyBytes) throw tooLong()
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = request.body.getReader()
  for (;;) {
    const { done, value } = await reader.read().catch(brokenOff)
    if (done) return Buffer.concat(chunks)
    length += value.length
    if (length > maxBodyBytes) throw tooLong()
    chunks.push(value)
  }
}

function tooLong(): HttpError {
  return new HttpError(413, `The body is longer than ${maxBodyBytes / 1024 ** 2} MiB`)
}

// The client is gone; nobody reads this, and it is no failure of ours.
function brokenOff(): never {
  throw new HttpError(400, 'The body was broken off')
}

// Never with replacement characters: an app would run with another text than was sent.
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new HttpError(400, 'Invalid JSON', { details: 'the body is not UTF-8' })
  }
}
