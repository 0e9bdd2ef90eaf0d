/**
 * Wallet balances of the venue's accounts and of its insurance fund, on the double-entry ledger of core/.
 *
 * In: amounts of 10^-8 of an asset that an account receives from, or pays to, one of the ledger's contra owners. Out:
 * balances. Owns: the ledger, which it replaces by a wider one when accounts outgrow it. No money appears or vanishes: each
 * entry has two sides, and an asset's balances add up to zero at any time (`Ledger.assertBalanced`).
 */
import { CONTRA, Ledger } from '../../../core/account/ledger.ts'
import { I128Array } from '../../../core/number/i128.ts'
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'

/** Owners of the ledger: the insurance fund, then the accounts. */
const INSURANCE = 0
const FIRST_ACCOUNT = 1
const FIRST_OWNERS = 16
/** The ledger counts 10^-18, the venue 10^-8. */
const FINER_DECIMALS = 10
const FINER = 10_000_000_000n
const PER_FINE = 1e-10

export class Wallets {
  readonly assets: readonly string[]
  ledger: Ledger
  /** By account times assets plus asset: the balance in 10^-8 within the precision of doubles, for estimates. */
  estimate: Float64Array
  readonly #amount: I128Array = new I128Array(1)

  constructor(assets: readonly string[]) {
    this.assets = assets
    this.ledger = newLedger(FIRST_OWNERS, assets)
    this.estimate = new Float64Array(FIRST_OWNERS * assets.length)
  }

  /** Makes room for accounts below `count`. */
  reserve(count: number): void {
    if (count + FIRST_ACCOUNT <= this.ledger.accounts.length) return
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
  }

  /** The account receives `amounts[at]` (10^-8; negative: pays) from the contra owner of this CONTRA number. */
  receive(account: number, asset: number, contra: number, amounts: I128Array, at: number): void {
    this.#move(this.ledger.contra + contra, account + FIRST_ACCOUNT, asset, amounts, at)
    this.#note(account, asset)
  }

  /** The account receives `amounts[at]` from the insurance fund; negative: it pays its liquidation fee. */
  insure(account: number, asset: number, amounts: I128Array, at: number): void {
    this.#move(INSURANCE, account + FIRST_ACCOUNT, asset, amounts, at)
    this.#note(account, asset)
  }

  /** Gives the insurance fund its money. Cold path. */
  endow(asset: number, amount: bigint): void {
    this.ledger.deposit(INSURANCE, 0, asset, amount * FINER)
  }

  /** Balance in 10^-8. Cold path. */
  balance(account: number, asset: number): bigint {
    return this.ledger.balance(account + FIRST_ACCOUNT, 0, asset) / FINER
  }

  insurance(asset: number): bigint {
    return this.ledger.balance(INSURANCE, 0, asset) / FINER
  }

  save(writer: StateWriter): void {
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
    this.ledger.load(reader)
    for (let account = 0; account < owners - FIRST_ACCOUNT; account++)
      for (let asset = 0; asset < this.assets.length; asset++) this.#note(account, asset)
    reader.end()
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
