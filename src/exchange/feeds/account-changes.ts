/**
 * Changes of balances and positions that one user event tells together: those of one account for one reason.
 * In: events of a log, in order, and all balance events once before (`expect`). Out: the changes by account.
 */
import { EVENT, FIELD } from '../venue/events.ts'

/** `toCome`: what later events of the same log add, 10^-8; `amount`: what these events added. */
export interface ChangedBalance {
  toCome: bigint
  amount: bigint
}

export interface ChangedPosition {
  readonly instrument: number
  readonly positionSide: number
  /** Lots after the newest event. */
  readonly quantity: number
}

export interface ChangedAccount {
  readonly account: number
  /** REASON. */
  readonly reason: number
  readonly instrument: number
  /** Microseconds. */
  readonly time: number
  readonly balances: Map<number, ChangedBalance>
  readonly positions: Map<number, ChangedPosition>
}

/** Accounts and assets, and instruments and sides, in one number. */
const SPREAD = 1024
const SIDES = 4

export class AccountChanges {
  readonly #accounts = new Map<number, ChangedAccount>()
  readonly #toCome = new Map<number, bigint>()

  /** Forgets everything, in front of a new log. */
  begin(): void {
    this.#accounts.clear()
    this.#toCome.clear()
  }

  /** Counts a balance event that will be taken later. */
  expect(cells: Float64Array, at: number): void {
    const key = balanceKey(cells, at)
    this.#toCome.set(key, (this.#toCome.get(key) ?? 0n) + BigInt(cells[at + FIELD.amount] as number))
  }

  /** Takes an event; false where it does not belong to what was taken before: tell and `clear` that first. */
  take(cells: Float64Array, at: number): boolean {
    const account = cells[at + FIELD.account] as number
    const reason = cells[at + FIELD.detail] as number
    const instrument = cells[at + FIELD.instrument] as number
    let changed = this.#accounts.get(account)
    if (changed !== undefined && (changed.reason !== reason || changed.instrument !== instrument)) return false
    if (changed === undefined) {
      const time = cells[at + FIELD.time] as number
      changed = { account, reason, instrument, time, balances: new Map(), positions: new Map() }
      this.#accounts.set(account, changed)
    }
    if (cells[at + FIELD.kind] === EVENT.balance) this.#takeBalance(changed, cells, at)
    if (cells[at + FIELD.kind] === EVENT.position) {
      const positionSide = cells[at + FIELD.side] as number
      const quantity = cells[at + FIELD.quantity] as number
      changed.positions.set(instrument * SIDES + positionSide, { instrument, positionSide, quantity })
    }
    return true
  }

  /** Adds a position to what was taken last of its account. */
  addPosition(account: number, position: ChangedPosition): void {
    const { instrument, positionSide } = position
    this.#accounts.get(account)?.positions.set(instrument * SIDES + positionSide, position)
  }

  changed(): Iterable<ChangedAccount> {
    return this.#accounts.values()
  }

  clear(): void {
    this.#accounts.clear()
  }

  #takeBalance(changed: ChangedAccount, cells: Float64Array, at: number): void {
    const amount = BigInt(cells[at + FIELD.amount] as number)
    const key = balanceKey(cells, at)
    const toCome = (this.#toCome.get(key) ?? 0n) - amount
    this.#toCome.set(key, toCome)
    const asset = cells[at + FIELD.asset] as number
    const known = changed.balances.get(asset)
    if (known === undefined) changed.balances.set(asset, { toCome, amount })
    else {
      known.toCome = toCome
      known.amount += amount
    }
  }
}

function balanceKey(cells: Float64Array, at: number): number {
  return (cells[at + FIELD.account] as number) * SPREAD + (cells[at + FIELD.asset] as number)
}
