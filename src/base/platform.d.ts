// The two host objects that pure code may use: both are deterministic, in every runtime, and without them we would
// carry our own UTF-8 codec. Nothing else of the host belongs here.
declare class TextEncoder {
  encode(text?: string): Uint8Array
  encodeInto(text: string, into: Uint8Array): { read: number; written: number }
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: Uint8Array): string
}
