/** What goes wrong with money: each error names the account or position, what was wrong and what to do about it. */

/**
 * `overflow`: an amount left 128 bits. `unsupported`: an instrument whose fills cannot be booked exactly.
 * `mismatch`: a row names an asset, a wallet or an instrument that does not belong where it is booked.
 */
export type AccountErrorCode = 'overflow' | 'unsupported' | 'mismatch'

/**
 * Thrown by the account's books. A `mismatch` and `unsupported` leave them as they were before the row; after an
 * `overflow` part of the row may be booked, and the only remedy is to stop.
 */
export class AccountError extends Error {
  override readonly name: string = 'AccountError'
  readonly code: AccountErrorCode

  constructor(code: AccountErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** The error to throw on when arithmetic at `place` failed with `error`: an overflow gets the name of the place. */
export function named(error: unknown, place: string): unknown {
  if (!(error instanceof RangeError)) return error
  return new AccountError(
    'overflow',
    `${place}: ${error.message}; amounts hold up to 1.7 * 10^20 units, stop and check the rows`,
  )
}
