/**
 * The ledger: double entries of exact amounts, so that no money appears or vanishes.
 *
 * In: FILL, FUNDING_PAYMENT and TRANSFER rows, with the account and wallet that they concern. Out: balances by (owner,
 * wallet, asset), in 10^-18 of the asset. Owns: our accounts and the contra owners (CONTRA) that stand for everybody else;
 * each entry moves an amount from one to another, so that an asset's balances add up to zero at any time.
 * Refuses: an entry between two assets. Fails: with an `AccountError` that names the balance that would overflow; that
 * entry is then not made. Knows nothing of prices: what balances are worth is `valuation.ts`.
 */
import { assert } from '../assert.ts'
import { I128Array } from '../number/i128.ts'
import { FILL_FLAGS, FUNDING_PAYMENT, TRANSFER } from '../tape/kinds.ts'
import { ROW_SLOTS } from '../tape/layout.ts'
import { flagsOf } from '../tape/row-buffer.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import { AccountError, named } from './account-error.ts'
import { LAST_FILL } from './positions.ts'
import type { PositionTable } from './positions.ts'
import { FILL_AMOUNT, feeAssetOf } from './settlement.ts'

/** The other side of our entries, as owners behind our own accounts: `ledger.contra + CONTRA.fees`. */
export const CONTRA = {
  /** The market: profit and loss of contracts, and the other side of spot trades. */
  venueTrading: 0,
  fees: 1,
  funding: 2,
  /** Deposits and withdrawals. */
  external: 3,
} as const

const CONTRA_NAMES = ['venue-trading', 'fees', 'funding', 'external'] as const

/** Names, in the order of the numbers that stand for them. */
export interface LedgerTables {
  /** Our accounts, at least one. */
  readonly accounts: readonly string[]
  /** Wallets that every owner has. */
  readonly wallets: readonly string[]
  readonly assets: readonly string[]
}

const SECTION = 'ledger'
const VERSION = 1

export class Ledger {
  readonly accounts: readonly string[]
  readonly wallets: readonly string[]
  readonly assets: readonly string[]
  /** Number of the first contra owner; our accounts have the numbers below it. */
  readonly contra: number
  /** Balances by `slot(owner, wallet, asset)`. Read it; only entries may change it. */
  readonly balances: I128Array
  /** Value traded, by the asset it was paid or settled in. */
  readonly turnover: I128Array
  /** Entries made. */
  entries = 0
  /** Assets that had an entry, `used[0]` to `used[usedCount - 1]`: what a view of the balances has to look at. */
  readonly used: Int32Array
  usedCount = 0
  /** 1 for the assets in `used`. */
  readonly isUsed: Uint8Array
  readonly #amount: I128Array = new I128Array(1)

  constructor(tables: LedgerTables) {
    this.accounts = tables.accounts
    this.wallets = tables.wallets
    this.assets = tables.assets
    this.contra = tables.accounts.length
    this.balances = new I128Array((this.contra + CONTRA_NAMES.length) * tables.wallets.length * tables.assets.length)
    this.turnover = new I128Array(tables.assets.length)
    this.used = new Int32Array(tables.assets.length)
    this.isUsed = new Uint8Array(tables.assets.length)
  }

  /** Place of a balance. The numbers must be below the lengths of their tables. */
  slot(owner: number, wallet: number, asset: number): number {
    assert(wallet < this.wallets.length && asset < this.assets.length, 'no such wallet or asset in the ledger')
    return (owner * this.wallets.length + wallet) * this.assets.length + asset
  }

  /**
   * Moves `amounts[at]` from one slot to another of the same asset (in a bookkeeper's words: debits `to`, credits `from`).
   * A negative amount moves the other way, zero is no entry. Throws AccountError on overflow, and nothing has moved.
   */
  post(from: number, to: number, amounts: I128Array, at: number): void {
    assert((from - to) % this.assets.length === 0, 'an entry moves one asset')
    if (amounts.isZero(at)) return
    const { balances } = this
    try {
      balances.sub(from, at, amounts)
    } catch (error) {
      throw named(error, `balance ${this.nameOf(from)}`)
    }
    try {
      balances.add(to, at, amounts)
    } catch (error) {
      balances.add(from, at, amounts)
      throw named(error, `balance ${this.nameOf(to)}`)
    }
    this.entries += 1
    this.#note(to % this.assets.length)
  }

  /**
   * Books the FILL row at `row` on a wallet of an account. `positions` is the account's table, to which the same row has
   * just been applied: it says what the fill realised. Contracts book that and the fee; spot books the base and the quote
   * side and the fee. Throws AccountError.
   */
  bookFill(account: number, wallet: number, buffer: RowBuffer, row: number, positions: PositionTable): void {
    assert(positions.appliedLast(buffer, row), 'a fill is applied to the position before it is booked')
    const { settlement } = positions
    const instrument = settlement.readFill(buffer, row)
    const { fill } = settlement
    const money = settlement.money[instrument] as number
    const feeAsset = feeAssetOf(buffer, row)
    if (settlement.spot[instrument] === 1) {
      const sell = (flagsOf(buffer, row) & FILL_FLAGS.sell) !== 0
      const market = this.contra + CONTRA.venueTrading
      const receiver = sell ? market : account
      const giver = sell ? account : market
      const base = settlement.base[instrument] as number
      this.post(this.slot(giver, wallet, base), this.slot(receiver, wallet, base), fill, FILL_AMOUNT.quantity)
      this.post(this.slot(receiver, wallet, money), this.slot(giver, wallet, money), fill, FILL_AMOUNT.notional)
    } else {
      this.#receive(account, wallet, money, CONTRA.venueTrading, positions.last, LAST_FILL.realised)
    }
    const fees = this.slot(this.contra + CONTRA.fees, wallet, feeAsset)
    this.post(this.slot(account, wallet, feeAsset), fees, fill, FILL_AMOUNT.fee)
    try {
      this.turnover.add(money, FILL_AMOUNT.notional, fill)
    } catch (error) {
      throw named(error, `turnover in ${this.assets[money] ?? money}`)
    }
  }

  /** Books the FUNDING_PAYMENT row at `row` on a wallet of an account. Throws AccountError. */
  bookFunding(account: number, wallet: number, buffer: RowBuffer, row: number): void {
    const asset = buffer.u16[row * 32 + FUNDING_PAYMENT.assetByte / 2] as number
    this.#checkPlace(wallet, asset)
    this.#amount.loadFrom(0, buffer.u32, (row * ROW_SLOTS + FUNDING_PAYMENT.amount) * 8)
    this.#receive(account, wallet, asset, CONTRA.funding, this.#amount, 0)
  }

  /** Books the TRANSFER row at `row` on the wallet that it names. Throws AccountError. */
  bookTransfer(account: number, buffer: RowBuffer, row: number): void {
    const asset = buffer.u16[row * 32 + TRANSFER.assetByte / 2] as number
    const wallet = buffer.u16[row * 32 + TRANSFER.walletByte / 2] as number
    this.#checkPlace(wallet, asset)
    this.#amount.loadFrom(0, buffer.u32, (row * ROW_SLOTS + TRANSFER.amount) * 8)
    this.#receive(account, wallet, asset, CONTRA.external, this.#amount, 0)
  }

  /** Books money that is there at the start, as a deposit. Cold path. */
  deposit(account: number, wallet: number, asset: number, amount: bigint): void {
    this.#checkPlace(wallet, asset)
    this.#amount.set(0, amount)
    this.#receive(account, wallet, asset, CONTRA.external, this.#amount, 0)
  }

  /** A balance in 10^-18 of its asset. Cold path. */
  balance(owner: number, wallet: number, asset: number): bigint {
    return this.balances.get(this.slot(owner, wallet, asset))
  }

  /** Sum of an owner's wallets in one asset. Cold path. */
  total(owner: number, asset: number): bigint {
    return this.wallets.reduce((sum, _, wallet) => sum + this.balance(owner, wallet, asset), 0n)
  }

  /** Sum of all balances of an asset; anything but 0 is a bug in this file. Cold path. */
  imbalance(asset: number): bigint {
    let sum = 0n
    for (let owner = 0; owner < this.contra + CONTRA_NAMES.length; owner += 1) sum += this.total(owner, asset)
    return sum
  }

  /** Throws AssertionError when an asset's balances do not add up to zero. Cold path. */
  assertBalanced(): void {
    for (const [asset, name] of this.assets.entries()) {
      const sum = this.imbalance(asset)
      assert(sum === 0n, `ledger: balances of ${name} add up to ${sum}, not to zero`)
    }
  }

  /** A slot in words: `main/futures/USDT`. */
  nameOf(slot: number): string {
    const asset = slot % this.assets.length
    const place = Math.floor(slot / this.assets.length)
    const owner = Math.floor(place / this.wallets.length)
    const ownerName = this.accounts[owner] ?? CONTRA_NAMES[owner - this.contra] ?? String(owner)
    return `${ownerName}/${this.wallets[place % this.wallets.length] ?? '?'}/${this.assets[asset] ?? '?'}`
  }

  /** Writes what is not zero. */
  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    writer.f64(this.entries)
    saveSparse(this.balances, writer)
    saveSparse(this.turnover, writer)
    writer.end()
  }

  /** Reads what a ledger with the same tables saved. Throws AccountError when the sizes differ, StateError on damage. */
  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    this.entries = reader.f64()
    loadSparse(this.balances, reader)
    loadSparse(this.turnover, reader)
    reader.end()
    this.usedCount = 0
    this.isUsed.fill(0)
    for (let slot = 0; slot < this.balances.length; slot += 1)
      if (!this.balances.isZero(slot)) this.#note(slot % this.assets.length)
  }

  /** An account's wallet receives an amount (pays a negative one) from a contra owner. */
  #receive(account: number, wallet: number, asset: number, contra: number, amounts: I128Array, at: number): void {
    this.post(this.slot(this.contra + contra, wallet, asset), this.slot(account, wallet, asset), amounts, at)
  }

  #note(asset: number): void {
    if (this.isUsed[asset] === 1) return
    this.isUsed[asset] = 1
    this.used[this.usedCount] = asset
    this.usedCount += 1
  }

  #checkPlace(wallet: number, asset: number): void {
    if (wallet >= this.wallets.length)
      throw new AccountError(
        'mismatch',
        `a money row names wallet ${wallet}; the session has ${this.wallets.length}: ${this.wallets.join(', ')}`,
      )
    if (asset >= this.assets.length)
      throw new AccountError('mismatch', `a money row names asset ${asset}; the session has ${this.assets.length}`)
  }
}

function saveSparse(amounts: I128Array, writer: StateWriter): void {
  const used: number[] = []
  for (let i = 0; i < amounts.length; i += 1) if (!amounts.isZero(i)) used.push(i)
  writer.u32(amounts.length)
  writer.u32s(Uint32Array.from(used))
  for (const i of used) writer.u32s(amounts.words, i * 4, 4)
}

function loadSparse(amounts: I128Array, reader: StateReader): void {
  const length = reader.u32()
  if (length !== amounts.length)
    throw new AccountError(
      'mismatch',
      `a checkpoint of ${length} balances does not fit a ledger of ${amounts.length}: use the session's own configuration`,
    )
  amounts.words.fill(0)
  for (const i of reader.u32s()) amounts.words.set(reader.u32s(), i * 4)
}
