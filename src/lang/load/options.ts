// What a caller of the loader may say.

export interface LoadOptions {
  /** `--var name=value`, in order. */
  readonly vars: readonly { readonly name: string; readonly value: string }[]
  /** Paths of `--var-file`, in order. */
  readonly varFiles: readonly string[]
  /** Read for `SDDC_VAR_name`, `SDDC_ENV` and what `env()` asks for. */
  readonly env: Readonly<Record<string, string>>
  /** `--stack`; wins over the configuration's own setting. */
  readonly stack?: string
  /** For modules; ten seconds if not given. */
  readonly timeLimitMs?: number
  /** Runs a module twice and compares; a difference is an error. */
  readonly strict?: boolean
}
