/**
 * What every account of the spot venue owns: free and locked amounts by (account, asset), exact, in 10^-8 of the asset.
 *
 * In: transfers, and amounts held in registers (`amounts`) by whoever settles orders. Out: balances. Owns: all money at the
 * venue, and what came in from outside and went to the venue as fees, so that at any time and for each asset
 * free + locked + fees = transferred. Refuses: a withdrawal of more than is free. Fails: with the RangeError of `I128Array`
 * that names the operation should an amount leave 128 bits. Nothing is allocated but by `open`.
 */
import { I128Array } from '../../../core/number/i128.ts'
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'

/** Decimals of every amount at the spot venue: `baseAssetPrecision` and `quoteAssetPrecision` of its exchange information. */
export const ASSET_DECIMALS = 8

const SECTION = 'spot-balances'
const VERSION = 1

export class Balances {
  readonly assets: readonly string[]
  accounts = 0
  /** By `slot(account, asset)`. Read them; only the methods below may change them. */
  readonly free: I128Array = new I128Array(0)
  readonly locked: I128Array = new I128Array(0)
  /** Deposits less withdrawals, and fees less rebates, by asset. */
  readonly transferred: I128Array
  readonly fees: I128Array

  constructor(assets: readonly string[]) {
    this.assets = assets
    this.transferred = new I128Array(assets.length)
    this.fees = new I128Array(assets.length)
  }

  /** Opens an account without money and returns its number. */
  open(): number {
    const account = this.accounts
    this.accounts += 1
    this.free.grow(this.accounts * this.assets.length)
    this.locked.grow(this.accounts * this.assets.length)
    return account
  }

  /** Place of a balance. */
  slot(account: number, asset: number): number {
    return account * this.assets.length + asset
  }

  /** Adds a deposit (positive) or takes a withdrawal. Returns whether there was enough; if not, nothing has changed. */
  transfer(account: number, asset: number, amounts: I128Array, at: number): boolean {
    const slot = this.slot(account, asset)
    this.free.add(slot, at, amounts)
    if (amounts.sign(at) < 0 && this.free.sign(slot) < 0) {
      this.free.sub(slot, at, amounts)
      return false
    }
    this.transferred.add(asset, at, amounts)
    return true
  }

  /** Moves an amount from free to locked. The caller has seen that it is there. */
  lock(slot: number, amounts: I128Array, at: number): void {
    this.free.sub(slot, at, amounts)
    this.locked.add(slot, at, amounts)
  }

  release(slot: number, amounts: I128Array, at: number): void {
    this.locked.sub(slot, at, amounts)
    this.free.add(slot, at, amounts)
  }

  /** Takes what a fill costs from the locked part of a balance. Another account receives it. */
  spend(slot: number, amounts: I128Array, at: number): void {
    this.locked.sub(slot, at, amounts)
  }

  /** Adds what a fill brings, less the fee in the same asset. */
  receive(slot: number, amounts: I128Array, at: number, fee: number): void {
    this.free.add(slot, at, amounts)
    this.free.sub(slot, fee, amounts)
    this.fees.add(slot % this.assets.length, fee, amounts)
  }

  /** free + locked over all accounts + fees - transferred: anything but 0 is a bug. Cold path. */
  imbalance(asset: number): bigint {
    let sum = this.fees.get(asset) - this.transferred.get(asset)
    for (let account = 0; account < this.accounts; account++) {
      const slot = this.slot(account, asset)
      sum += this.free.get(slot) + this.locked.get(slot)
    }
    return sum
  }

  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    writer.u32(this.assets.length)
    writer.u32(this.accounts)
    const words = this.accounts * this.assets.length * 4
    writer.u32s(this.free.words, 0, words)
    writer.u32s(this.locked.words, 0, words)
    writer.u32s(this.transferred.words)
    writer.u32s(this.fees.words)
    writer.end()
  }

  /** Reads what a venue with the same assets saved. */
  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    const assets = reader.u32()
    if (assets !== this.assets.length)
      throw new RangeError(
        `saved balances are of ${assets} assets, the venue has ${this.assets.length}: use its markets`,
      )
    this.accounts = reader.u32()
    this.free.grow(this.accounts * assets)
    this.locked.grow(this.accounts * assets)
    this.free.words.set(reader.u32s())
    this.locked.words.set(reader.u32s())
    reader.into(this.transferred.words)
    reader.into(this.fees.words)
    reader.end()
  }
}
