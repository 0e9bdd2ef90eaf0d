/**
 * What the made-up markets are worth: one index price for each, by seeded random walks with a factor common to all, calm,
 * usual and stormy regimes, and rare gaps.
 *
 * In: a seed and each market's figures. Out: `price`, the index in units of the quote asset, and `premium`, by how much a
 * futures contract trades above it. Owns: the random streams. Unrigged: every step multiplies the price by 1 + x where x has
 * a distribution symmetric around 0 that knows nothing of the past but its width, so that a price is a martingale: no rule
 * that looks at the past can expect anything of the next step. The premium does return to 0, but its usual size is below one
 * taker's fee. Doubles: these are opinions, not money.
 */
import { Random } from '../../core/number/random.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'

/** How a market moves. */
export interface MarketMotion {
  /** In units of the quote asset. */
  readonly startPrice: number
  /** Usual move of a second, as a share of the price (standard deviation). */
  readonly perSecond: number
  /** How strongly it follows the common factor; 0: not at all. */
  readonly beta: number
  /** Ticks from one step to the next. */
  readonly period: number
}

/** Virtual time moves in ticks of this many microseconds. */
export const TICK_US = 10_000
const TICKS_PER_SECOND = 1_000_000 / TICK_US

/** Usual move of the common factor in a second. */
const COMMON_PER_SECOND = 0.000_06

/** Width of the moves by regime; how often each comes is chosen so that the mean square is about 1. */
const REGIME_WIDTH: readonly number[] = [0.55, 1, 2.4]
export const CALM = 0
export const USUAL = 1
export const STORM = 2

/** Share of ticks, of 2^32, at which a gap opens in a storm: about one in ten minutes of it. */
const GAP_SHARE = 4_294_967_296 / (600 * TICKS_PER_SECOND)
/** A gap is up to this multiple of the usual move of a second, both ways alike. */
const GAP_WIDTH = 40

/** The premium's pull to 0 per second, its noise per square root of a second; together a usual size of about 0.02 %. */
const PREMIUM_PULL = 0.0008
const PREMIUM_NOISE = 0.000_008

/** A price this many times above or below its start stays there; nothing else keeps it inside the venue's filters. */
const PRICE_RANGE = 40

const SECTION = 'fair-values'
const VERSION = 1

export class FairValues {
  readonly count: number
  /** Index prices. */
  readonly price: Float64Array
  /** Share of the index by which the contract stands above it. */
  readonly premium: Float64Array
  /** CALM, USUAL or STORM by market. */
  readonly regime: Uint8Array
  readonly #motions: readonly MarketMotion[]
  readonly #common: Random
  readonly #own: readonly Random[]
  /** Tick at which a regime ends; of the common factor last. */
  readonly #regimeEnd: Float64Array
  /** The common factor's level when each market last looked; the level now last. */
  readonly #seen: Float64Array
  /** [0] ticks that have passed, [1] regime of the common factor. */
  readonly #clock: Float64Array = new Float64Array(2)

  constructor(seed: number, motions: readonly MarketMotion[]) {
    this.count = motions.length
    this.#motions = motions
    this.price = Float64Array.from(motions, ({ startPrice }) => startPrice)
    this.premium = new Float64Array(motions.length)
    this.regime = new Uint8Array(motions.length).fill(USUAL)
    this.#common = new Random(seed, 'common')
    this.#own = motions.map((_, i) => new Random(seed, `market ${i}`))
    this.#regimeEnd = new Float64Array(motions.length + 1)
    this.#seen = new Float64Array(motions.length + 1)
    this.#clock[1] = USUAL
  }

  /** Regime of the common factor. */
  get commonRegime(): number {
    return this.#clock[1] as number
  }

  /** Lets one tick pass for the common factor. */
  tick(): void {
    const clock = this.#clock
    const random = this.#common
    const tick = (clock[0] as number) + 1
    clock[0] = tick
    if (tick >= (this.#regimeEnd[this.count] as number)) {
      clock[1] = drawRegime(random)
      this.#regimeEnd[this.count] = tick + drawSpan(random)
    }
    const regime = clock[1] as number
    const width = (COMMON_PER_SECOND / TEN) * (REGIME_WIDTH[regime] as number)
    let step = width * gauss(random)
    if (regime === STORM && random.next() >>> 0 < GAP_SHARE) step += COMMON_PER_SECOND * GAP_WIDTH * even(random)
    this.#seen[this.count] = (this.#seen[this.count] as number) + step
  }

  /** Moves one market to the present; called once in each of its periods. */
  step(market: number): void {
    const { period, perSecond, beta, startPrice } = this.#motions[market] as MarketMotion
    const random = this.#own[market] as Random
    const tick = this.#clock[0] as number
    if (tick >= (this.#regimeEnd[market] as number)) {
      this.regime[market] = drawRegime(random)
      this.#regimeEnd[market] = tick + drawSpan(random)
    }
    const regime = this.regime[market] as number
    const root = Math.sqrt(period) / TEN
    const common = (this.#seen[this.count] as number) - (this.#seen[market] as number)
    this.#seen[market] = this.#seen[this.count] as number
    let change = beta * common + perSecond * root * (REGIME_WIDTH[regime] as number) * gauss(random)
    if (regime === STORM && random.next() >>> 0 < GAP_SHARE * period) change += perSecond * GAP_WIDTH * even(random)
    const price = (this.price[market] as number) * (1 + change)
    this.price[market] = Math.min(startPrice * PRICE_RANGE, Math.max(startPrice / PRICE_RANGE, price))
    const premium = this.premium[market] as number
    this.premium[market] =
      premium * (1 - (PREMIUM_PULL * period) / TICKS_PER_SECOND) + PREMIUM_NOISE * root * gauss(random)
  }

  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    writer.f64s(this.price)
    writer.f64s(this.premium)
    writer.u8s(this.regime)
    writer.f64s(this.#regimeEnd)
    writer.f64s(this.#seen)
    writer.f64s(this.#clock)
    writer.i32s(this.#common.words)
    for (const random of this.#own) writer.i32s(random.words)
    writer.end()
  }

  /** Reads what was saved with the same markets. */
  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    reader.into(this.price)
    reader.into(this.premium)
    reader.into(this.regime)
    reader.into(this.#regimeEnd)
    reader.into(this.#seen)
    reader.into(this.#clock)
    reader.into(this.#common.words)
    for (const random of this.#own) reader.into(random.words)
    reader.end()
  }
}

/** Square root of the ticks in a second. */
const TEN = Math.sqrt(TICKS_PER_SECOND)

/** Nearly normal, symmetric around 0, standard deviation 1: the sum of four bytes. */
export function gauss(random: Random): number {
  const bits = random.next()
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24)
  return (sum - 510) / 147.801
}

/** Evenly from -1 to 1. */
export function even(random: Random): number {
  return (random.next() + 0.5) / 2_147_483_648
}

/** Evenly above 0, at most 1. */
export function share(random: Random): number {
  return ((random.next() >>> 0) + 1) / 4_294_967_296
}

function drawRegime(random: Random): number {
  const draw = random.below(100)
  return draw < 45 ? CALM : draw < 90 ? USUAL : STORM
}

/** Ticks that a regime lasts: ten seconds to four minutes, short ones more often. */
function drawSpan(random: Random): number {
  return Math.ceil((10 + 230 * share(random) * share(random)) * TICKS_PER_SECOND)
}
