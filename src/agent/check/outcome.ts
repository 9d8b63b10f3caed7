// What every kind of check answers with.

/** What one check found. `ignored`: neither success nor failure. */
export interface CheckOutcome {
  readonly ok: boolean
  readonly ignored?: boolean
  readonly cause?: string
}
