/** New accounts with their first money and key, at both venues under one number. */
import type { BoxHost } from './box-host.ts'
import type { BoxKey } from './commands.ts'
import type { BoxVenue, VenueName } from './box-venue.ts'
import type { Outcome } from '../venue/requests.ts'

/** A deposit as decimal text: exact, whatever its size. */
export interface Deposit {
  readonly venue: VenueName
  readonly asset: string
  readonly amount: string
}

export interface AccountOrder {
  readonly name: string
  readonly deposits: readonly Deposit[]
  readonly key: Omit<BoxKey, 'account'> | undefined
}

/** Opens an account. Returns its number, or the first refusal: what was done before that stays done. */
export function openAccount<Futures extends BoxVenue, Spot extends BoxVenue>(
  host: BoxHost<Futures, Spot>,
  order: AccountOrder,
): number | Outcome {
  const opened = host.command({ kind: 'account', name: order.name })
  if (opened.code !== 0) return opened
  const account = host.box.accounts.at(-1)?.account ?? -1
  for (const deposit of order.deposits) {
    const outcome = depositTo(host, account, deposit)
    if (outcome.code !== 0) return outcome
  }
  if (order.key !== undefined) host.command({ kind: 'key', key: { ...order.key, account } })
  return account
}

/** Adds money to an account, or takes it where the amount is negative. */
export function depositTo<Futures extends BoxVenue, Spot extends BoxVenue>(
  host: BoxHost<Futures, Spot>,
  account: number,
  { venue, asset, amount }: Deposit,
): Outcome {
  return host.command({ kind: 'request', venue, request: { kind: 'transfer', account, asset, amount } })
}
