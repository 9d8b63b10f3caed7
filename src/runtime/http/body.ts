// Request bodies: JSON whatever the Content-Type says (curl sends a form type by default), within a limit.
import type { Json, Result } from '../../base/index.ts'
import type { Context } from './context.ts'
import { HttpError } from './respond.ts'

/** Bytes of a body at most: a plan of some ten thousand apps. Strings end at 512 MB, memory earlier. */
export const maxBodyBytes = 64 * 1024 * 1024

/** The JSON in the body. Throws 400 in Marathon's words when there is none, 413 when it is too long. */
export async function jsonBody({ request }: Context): Promise<Json> {
  const text = await limitedText(request)
  if (text.trim() === '') {
    throw new HttpError(400, 'Please specify data in JSON format', { details: 'the body is empty' })
  }
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    throw new HttpError(400, 'Invalid JSON', { details: (error as Error).message })
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

async function limitedText(request: Request): Promise<string> {
  if (request.body === null) return ''
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > maxBodyBytes)
      throw new HttpError(413, `The body is longer than ${maxBodyBytes / 1024 ** 2} MiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
