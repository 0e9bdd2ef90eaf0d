/**
 * What a command is: its name, its options with help, and what it does. One file per command in `commands/`.
 * Exit codes: 0 success, 1 negative result, 2 wrong usage or input, 3 not reproducible.
 */

export const EXIT = { success: 0, negative: 1, usage: 2, irreproducible: 3 } as const

/** An option such as `--last 90d`; `value` names what it takes, absent for switches. */
export interface OptionSpec {
  readonly name: string
  readonly short?: string
  readonly value?: string
  readonly help: string
  /** May be given several times. */
  readonly many?: boolean
}

/** Parsed arguments: options by name, and what was not an option. */
export interface Arguments {
  readonly positionals: readonly string[]
  /** Last value of an option, or undefined. */
  one(name: string): string | undefined
  /** All values of an option. */
  all(name: string): readonly string[]
  /** Whether a switch was given. */
  has(name: string): boolean
}

/** How a command speaks. */
export interface Terminal {
  /** True when `--json` was given: one document on stdout and nothing else. */
  readonly json: boolean
  /** True when stdout is a terminal that shows colours. */
  readonly colour: boolean
  print(text: string): void
  /** Prints the command's one JSON document. */
  document(value: unknown): void
  /** Shows a line that the next one replaces; silent in a pipe. */
  progress(text: string): void
  /** A remark on stderr that is no result. */
  remark(text: string): void
}

export interface Command {
  readonly name: string
  /** After the name: `STRATEGY (--tape TAPE… | -i SYMBOLS)`. */
  readonly usage: string
  readonly summary: string
  readonly options: readonly OptionSpec[]
  /** Command lines that work, shown by `--help`. */
  readonly examples: readonly string[]
  /** Does it; returns the exit code. Throws UsageError for wrong arguments. */
  run(args: Arguments, terminal: Terminal): Promise<number>
}

/** Wrong usage or input: printed as one line with its remedy, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
