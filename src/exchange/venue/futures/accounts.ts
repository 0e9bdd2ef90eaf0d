/**
 * The accounts of the futures venue and their settings: names, position mode, commission tier, and leverage and margin type
 * for each instrument.
 *
 * In: new accounts and changed settings, already checked. Out: columns by account, and by (account, instrument) at
 * `key(account, instrument)`. Owns nothing else: money is in `wallets.ts`, positions in `position-rows.ts`.
 */
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import type { FuturesOptions } from './venue-options.ts'

const FIRST_ACCOUNTS = 16

export class Accounts {
  readonly instruments: number
  names: string[] = []
  /** 1 for hedge mode. */
  hedge: Uint8Array = new Uint8Array(FIRST_ACCOUNTS)
  /** 0 for the instrument's own fees, n for the n-th of the options' tiers. */
  feeTier: Uint8Array = new Uint8Array(FIRST_ACCOUNTS)
  /** Microseconds. */
  created: Float64Array = new Float64Array(FIRST_ACCOUNTS)
  updated: Float64Array = new Float64Array(FIRST_ACCOUNTS)
  /** By `key`. */
  leverage: Uint8Array
  isolated: Uint8Array
  readonly #initialLeverage: number
  readonly #initiallyIsolated: boolean

  constructor(instruments: number, options: FuturesOptions) {
    this.instruments = instruments
    this.#initialLeverage = options.initialLeverage
    this.#initiallyIsolated = options.initiallyIsolated
    this.leverage = new Uint8Array(FIRST_ACCOUNTS * instruments)
    this.isolated = new Uint8Array(FIRST_ACCOUNTS * instruments)
  }

  get count(): number {
    return this.names.length
  }

  /** Place of (account, instrument) in `leverage` and `isolated`. */
  key(account: number, instrument: number): number {
    return account * this.instruments + instrument
  }

  /** Adds an account with the initial settings and returns its number. `time` in microseconds. */
  open(name: string, feeTier: number, time: number): number {
    const account = this.names.length
    if (account === this.hedge.length) this.#grow()
    this.names.push(name)
    this.feeTier[account] = feeTier
    this.created[account] = time
    const from = this.key(account, 0)
    this.leverage.fill(this.#initialLeverage, from, from + this.instruments)
    this.isolated.fill(this.#initiallyIsolated ? 1 : 0, from, from + this.instruments)
    return account
  }

  save(writer: StateWriter): void {
    writer.begin('accounts', 1)
    writer.u32(this.names.length)
    for (const name of this.names) writer.text(name)
    const settings = this.names.length * this.instruments
    writer.u8s(this.hedge, 0, this.names.length)
    writer.u8s(this.feeTier, 0, this.names.length)
    writer.f64s(this.created, 0, this.names.length)
    writer.f64s(this.updated, 0, this.names.length)
    writer.u8s(this.leverage, 0, settings)
    writer.u8s(this.isolated, 0, settings)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('accounts', 1)
    const count = reader.u32()
    this.names = Array.from({ length: count }, () => reader.text())
    while (this.hedge.length < count) this.#grow()
    this.hedge.set(reader.u8s())
    this.feeTier.set(reader.u8s())
    this.created.set(reader.f64s())
    this.updated.set(reader.f64s())
    this.leverage.set(reader.u8s())
    this.isolated.set(reader.u8s())
    reader.end()
  }

  #grow(): void {
    const length = this.hedge.length * 2
    this.hedge = widened(this.hedge, new Uint8Array(length))
    this.feeTier = widened(this.feeTier, new Uint8Array(length))
    this.created = widened(this.created, new Float64Array(length))
    this.updated = widened(this.updated, new Float64Array(length))
    this.leverage = widened(this.leverage, new Uint8Array(length * this.instruments))
    this.isolated = widened(this.isolated, new Uint8Array(length * this.instruments))
  }
}

function widened<Column extends Float64Array | Uint8Array>(from: Column, to: Column): Column {
  to.set(from)
  return to
}
