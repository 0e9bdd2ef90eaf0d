/**
 * Commission by account: the lowest tier pays what the market says, each higher one less.
 *
 * In: the tier of each account as it is opened. Out: rates in millionths of what is received. Owns the tiers.
 */
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import type { VenueInstrument } from '../venue-instrument.ts'

export interface FeeRates {
  readonly makerPpm: number
  readonly takerPpm: number
}

/** Tiers above the lowest, from the venue's published schedule for spot. */
export const SPOT_FEE_TIERS: readonly FeeRates[] = [
  { makerPpm: 900, takerPpm: 1000 },
  { makerPpm: 800, takerPpm: 1000 },
  { makerPpm: 400, takerPpm: 600 },
  { makerPpm: 400, takerPpm: 520 },
  { makerPpm: 250, takerPpm: 310 },
  { makerPpm: 200, takerPpm: 290 },
  { makerPpm: 190, takerPpm: 280 },
  { makerPpm: 160, takerPpm: 250 },
  { makerPpm: 110, takerPpm: 230 },
]

const SECTION = 'spot-fees'
const VERSION = 1

export class FeeTiers {
  readonly #tiers: number[] = []
  /** By tier times markets plus market. */
  readonly #maker: Int32Array
  readonly #taker: Int32Array
  readonly #markets: number

  constructor(instruments: readonly VenueInstrument[]) {
    this.#markets = instruments.length
    const rows: readonly (FeeRates | undefined)[] = [undefined, ...SPOT_FEE_TIERS]
    const usual = instruments.map(({ makerFeePpm, takerFeePpm }) => ({ makerPpm: makerFeePpm, takerPpm: takerFeePpm }))
    const all = rows.flatMap((row) => usual.map((own) => row ?? own))
    this.#maker = Int32Array.from(all, ({ makerPpm }) => makerPpm)
    this.#taker = Int32Array.from(all, ({ takerPpm }) => takerPpm)
  }

  /** Gives the next account its tier; a tier that does not exist is the nearest that does. */
  open(tier: number): void {
    this.#tiers.push(Math.max(0, Math.min(SPOT_FEE_TIERS.length, Math.floor(tier))))
  }

  maker(account: number, instrument: number): number {
    return this.#maker[(this.#tiers[account] as number) * this.#markets + instrument] as number
  }

  taker(account: number, instrument: number): number {
    return this.#taker[(this.#tiers[account] as number) * this.#markets + instrument] as number
  }

  of(account: number, instrument: number): FeeRates {
    return { makerPpm: this.maker(account, instrument), takerPpm: this.taker(account, instrument) }
  }

  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    writer.u8s(Uint8Array.from(this.#tiers))
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    this.#tiers.length = 0
    for (const tier of reader.u8s()) this.#tiers.push(tier)
    reader.end()
  }
}
