/**
 * Wallet balances of the venue's accounts and of its insurance fund, on the double-entry ledger of core/.
 *
 * In: amounts of 10^-8 of an asset that an account receives from, or pays to, one of the ledger's contra owners. Out:
 * balances. Owns: the ledger, which it replaces by a wider one when accounts outgrow it. No money appears or vanishes: each
 * entry has two sides, and an asset's balances add up to zero at any time (`Ledger.assertBalanced`).
 * What fills bring is added up in doubles as long as those are exact, and entered in the ledger when a balance is asked for.
 */
import { CONTRA, Ledger } from '../../../core/account/ledger.ts'
import { I128Array } from '../../../core/number/i128.ts'
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import { MOST_AMOUNT } from './pro-rata.ts'

/** Owners of the ledger: the insurance fund, then the accounts. */
const INSURANCE = 0
const FIRST_ACCOUNT = 1
const FIRST_OWNERS = 16
/** The ledger counts 10^-18, the venue 10^-8. */
const FINER_DECIMALS = 10
const FINER = 10_000_000_000n
const PER_FINE = 1e-10
/** Fills after which an estimate beyond 2^53 is made anew, so that its roundings stay far below what estimates allow. */
const MOST_FILLS = 65_536

export class Wallets {
  readonly assets: readonly string[]
  ledger: Ledger
  /** By account times assets plus asset: the balance in 10^-8 within the precision of doubles, for estimates. */
  estimate: Float64Array
  /** By account times assets plus asset, 10^-8: profit and fees of fills that the ledger does not have yet, and their number. */
  #profits: Float64Array
  #fees: Float64Array
  #fills: Int32Array
  readonly #amount: I128Array = new I128Array(1)
  readonly #sum: I128Array = new I128Array(1)

  constructor(assets: readonly string[]) {
    this.assets = assets
    this.ledger = newLedger(FIRST_OWNERS, assets)
    this.estimate = new Float64Array(FIRST_OWNERS * assets.length)
    this.#profits = new Float64Array(this.estimate.length)
    this.#fees = new Float64Array(this.estimate.length)
    this.#fills = new Int32Array(this.estimate.length)
  }

  /** Makes room for accounts below `count`. */
  reserve(count: number): void {
    if (count + FIRST_ACCOUNT <= this.ledger.accounts.length) return
    this.#enterAll()
    const narrow = this.ledger
    const wide = newLedger(narrow.accounts.length * 2, this.assets)
    const { length } = this.assets
    for (let owner = 0; owner < narrow.contra + Object.keys(CONTRA).length; owner++) {
      const to = owner < narrow.contra ? owner : owner - narrow.contra + wide.contra
      for (let asset = 0; asset < length; asset++)
        wide.balances.copy(wide.slot(to, 0, asset), narrow.slot(owner, 0, asset), narrow.balances)
    }
    wide.entries = narrow.entries
    this.ledger = wide
    const estimate = new Float64Array(wide.contra * length)
    estimate.set(this.estimate)
    this.estimate = estimate
    this.#profits = new Float64Array(estimate.length)
    this.#fees = new Float64Array(estimate.length)
    this.#fills = new Int32Array(estimate.length)
  }

  /**
   * Takes the profit in cells[profit] and the fee in cells[fee] of a fill, integers below MOST_AMOUNT in magnitude: the account
   * receives the one from the market and pays the other.
   */
  take(account: number, asset: number, cells: Float64Array, profit: number, fee: number): void {
    const at = account * this.assets.length + asset
    const profits = (this.#profits[at] as number) + (cells[profit] as number)
    const fees = (this.#fees[at] as number) + (cells[fee] as number)
    const fills = (this.#fills[at] as number) + 1
    this.#profits[at] = profits
    this.#fees[at] = fees
    this.#fills[at] = fills
    this.estimate[at] = (this.estimate[at] as number) + ((cells[profit] as number) - (cells[fee] as number))
    if (Math.abs(profits) >= MOST_AMOUNT || Math.abs(fees) >= MOST_AMOUNT || fills > MOST_FILLS)
      this.#enter(account, asset)
  }

  /** The account receives `amounts[at]` (10^-8; negative: pays) from the contra owner of this CONTRA number. */
  receive(account: number, asset: number, contra: number, amounts: I128Array, at: number): void {
    this.#enter(account, asset)
    this.#move(this.ledger.contra + contra, account + FIRST_ACCOUNT, asset, amounts, at)
    this.#note(account, asset)
  }

  /** The account receives `amounts[at]` from the insurance fund; negative: it pays its liquidation fee. */
  insure(account: number, asset: number, amounts: I128Array, at: number): void {
    this.#enter(account, asset)
    this.#move(INSURANCE, account + FIRST_ACCOUNT, asset, amounts, at)
    this.#note(account, asset)
  }

  /** Gives the insurance fund its money. Cold path. */
  endow(asset: number, amount: bigint): void {
    this.ledger.deposit(INSURANCE, 0, asset, amount * FINER)
  }

  /** Balance in 10^-8. Cold path. */
  balance(account: number, asset: number): bigint {
    this.#enter(account, asset)
    return this.ledger.balance(account + FIRST_ACCOUNT, 0, asset) / FINER
  }

  insurance(asset: number): bigint {
    return this.ledger.balance(INSURANCE, 0, asset) / FINER
  }

  save(writer: StateWriter): void {
    this.#enterAll()
    // How many entries there were depends on who asked for balances, which is no part of the state.
    this.ledger.entries = 0
    writer.begin('wallets', 1)
    writer.u32(this.ledger.accounts.length)
    this.ledger.save(writer)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('wallets', 1)
    const owners = reader.u32()
    this.ledger = newLedger(owners, this.assets)
    this.estimate = new Float64Array(owners * this.assets.length)
    this.#profits = new Float64Array(this.estimate.length)
    this.#fees = new Float64Array(this.estimate.length)
    this.#fills = new Int32Array(this.estimate.length)
    this.ledger.load(reader)
    for (let account = 0; account < owners - FIRST_ACCOUNT; account++)
      for (let asset = 0; asset < this.assets.length; asset++) this.#note(account, asset)
    reader.end()
  }

  #enterAll(): void {
    for (let at = 0; at < this.#fills.length; at++)
      if (this.#fills[at] !== 0) this.#enter(Math.floor(at / this.assets.length), at % this.assets.length)
  }

  /** Enters what fills have brought since the last time. */
  #enter(account: number, asset: number): void {
    const at = account * this.assets.length + asset
    if (this.#fills[at] === 0) return
    const { ledger } = this
    const amount = this.#sum
    amount.setFrom(0, this.#profits, at)
    this.#move(ledger.contra + CONTRA.venueTrading, account + FIRST_ACCOUNT, asset, amount, 0)
    amount.setFrom(0, this.#fees, at)
    this.#move(account + FIRST_ACCOUNT, ledger.contra + CONTRA.fees, asset, amount, 0)
    this.#profits[at] = 0
    this.#fees[at] = 0
    this.#fills[at] = 0
    this.#note(account, asset)
  }

  #move(from: number, to: number, asset: number, amounts: I128Array, at: number): void {
    const { ledger } = this
    this.#amount.copy(0, at, amounts)
    this.#amount.scaleUp(0, FINER_DECIMALS)
    ledger.post(ledger.slot(from, 0, asset), ledger.slot(to, 0, asset), this.#amount, 0)
  }

  #note(account: number, asset: number): void {
    const { ledger } = this
    this.estimate[account * this.assets.length + asset] =
      ledger.balances.toNumber(ledger.slot(account + FIRST_ACCOUNT, 0, asset)) * PER_FINE
  }
}

function newLedger(owners: number, assets: readonly string[]): Ledger {
  const accounts = Array.from({ length: owners }, (_, owner) =>
    owner === INSURANCE ? 'insurance' : `account ${owner}`,
  )
  return new Ledger({ accounts, wallets: ['futures'], assets })
}
