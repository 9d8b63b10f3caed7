// How often a random test repeats: a fixed part in every run, many more under `npm run prove`.

export function rounds(counts: { readonly usual: number; readonly prove: number }): number {
  return process.env['SDDC_PROVE'] === '1' ? counts.prove : counts.usual
}
