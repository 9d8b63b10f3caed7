// What a caller of the loader may say.

/** What the command line says about variables. */
export type GivenValue =
  | { readonly kind: 'value'; readonly name: string; readonly value: string }
  | { readonly kind: 'file'; readonly path: string }
  /** The text of such a file; it is JSON when its name ends so. */
  | { readonly kind: 'text'; readonly name: string; readonly text: string }

export interface LoadOptions {
  /** `--var name=value` and `--var-file path`, in the order given: the last one wins. */
  readonly given: readonly GivenValue[]
  /** Read for `SDDC_VAR_name`, `SDDC_ENV` what `env()` asks for, and what git needs. */
  readonly env: Readonly<Record<string, string>>
  /** `--stack`; wins over the configuration's own setting. */
  readonly stack?: string
  /** For modules; ten seconds if not given. */
  readonly timeLimitMs?: number
  /** Runs a module twice and compares; a difference is an error. */
  readonly strict?: boolean
  /** HCL's variables without any value are unknown instead of an error: everything else is checked. */
  readonly unknownVariables?: 'allowed'
}
