// `GET /v1/server/snapshot`: the whole state as one file (store/snapshotfile.ts), to be kept elsewhere. Its rows hold
// secrets as they are; whoever may ask may change everything, too.
import { Readable } from 'node:stream'
import { CodedError } from '../../../base/index.ts'
import { snapshotStream } from '../../store/snapshotfile.ts'
import type { Context } from '../context.ts'

export async function stateFile({ backend }: Context): Promise<Response> {
  const image = await backend.image()
  if (image === undefined) {
    throw new CodedError('DATA_DAMAGED', 'There is no whole state to take a snapshot of', {
      advice: 'See what is wrong with: sddc status',
    })
  }
  const body = Readable.toWeb(snapshotStream(image, Date.now())) as ReadableStream<Uint8Array>
  const headers = { 'Content-Type': 'application/gzip', 'Transfer-Encoding': 'chunked' }
  return new Response(body, { headers })
}
