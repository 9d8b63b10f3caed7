// The agent's second connection: logs, later exec and files. It is apart from the control connection, so that a flood
// of output can't delay a pong. The agent opens it (`/v1/agent/streams?agent=ID`); the server opens streams on it.
//
// Every frame is one JSON text. `id` names a stream and is chosen by the server. The agent may send data for a stream
// only while it has credit; credit counts decoded bytes, starts at `initialCreditBytes` and grows by `credit` frames.
// A stream ends with `end` or `error` from the agent, or `cancel` from the server, after which frames of it are ignored.
// A lost connection ends all of its streams; nothing is resumed.
import type { InstanceId } from './ids.ts'

export type LogStream = 'stdout' | 'stderr'

/** Server to agent. */
export type StreamRequest =
  | {
      readonly id: number
      readonly op: 'open'
      readonly kind: 'logs'
      readonly instance: InstanceId
      /** Absent: the newest run that the agent has files of. */
      readonly incarnation?: number
      readonly stream: LogStream
      /** Go on as the file grows, until cancelled; else end at the end of the file. */
      readonly follow: boolean
      /** Start this many lines before the end; absent: from the beginning. */
      readonly tail?: number
    }
  | { readonly id: number; readonly op: 'credit'; readonly bytes: number }
  | { readonly id: number; readonly op: 'cancel' }

/** Agent to server. */
export type StreamReply =
  | { readonly id: number; readonly op: 'data'; /** Base64. */ readonly data: string }
  | { readonly id: number; readonly op: 'end' }
  | { readonly id: number; readonly op: 'error'; readonly message: string }

/** Bytes that the agent may send unasked: enough for a steady stream over a slow line, little enough per reader. */
export const initialCreditBytes = 256 * 1024

/** Decoded bytes in one `data` frame at most, so that streams on one connection take turns. */
export const maxStreamChunkBytes = 64 * 1024
