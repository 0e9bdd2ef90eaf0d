/** What the endpoints of the spot venue share: the venue behind its machine, and names. */
import type { FeedMarket } from '../../feeds/feed-market.ts'
import type { Outcome, VenueRequest } from '../../venue/requests.ts'
import type { SpotVenue } from '../../venue/spot/spot-venue.ts'
import type { VenueInstrument } from '../../venue/venue-instrument.ts'
import type { Machine } from '../machine.ts'
import type { MarketMemory } from '../market-memory.ts'
import type { Parameters } from '../parameters.ts'
import type { OrderCounts, WeightRules } from '../rate-limits.ts'
import type { Reader } from '../reader.ts'
import { refusal, refuse, type Refusal } from '../refusal.ts'
import type { Answer } from '../route.ts'

export interface SpotParts {
  readonly machine: Machine<SpotVenue>
  readonly memory: MarketMemory
  readonly weightRules: WeightRules
  readonly orders: OrderCounts
}

export class SpotDesk {
  readonly machine: Machine<SpotVenue>
  readonly venue: SpotVenue
  readonly weightRules: WeightRules
  readonly orders: OrderCounts
  readonly #memory: MarketMemory
  readonly #symbols: ReadonlyMap<string, number>

  constructor(parts: SpotParts) {
    this.machine = parts.machine
    this.venue = parts.machine.venue
    this.weightRules = parts.weightRules
    this.orders = parts.orders
    this.#memory = parts.memory
    this.#symbols = new Map(this.venue.instruments.map(({ symbol }, index) => [symbol, index]))
  }

  /** The instrument that `symbol` names, which must be there. */
  instrument(reader: Reader): number {
    const symbol = reader.text('symbol')
    const found = this.#symbols.get(symbol)
    if (found === undefined && symbol !== '') reader.refuse(refusal('invalidSymbol'))
    return found ?? 0
  }

  /** The same where it may be left out: -1 then. */
  instrumentOr(reader: Reader): number {
    return reader.has('symbol') ? this.instrument(reader) : -1
  }

  /** The markets that `symbol` or `symbols` name; undefined where neither was sent. */
  readSymbols(reader: Reader): readonly number[] | undefined {
    const list = reader.parameters.find('symbols')
    if (reader.has('symbol')) {
      if (list !== undefined) reader.refuse(refusal('optionalCombination'))
      return [this.instrument(reader)]
    }
    if (list === undefined) return undefined
    const names = namesIn(list)
    const found = names?.map((name) => this.#symbols.get(name))
    if (names === undefined) reader.refuse(refusal('illegalCharacters', 'symbols', SYMBOLS_RANGE))
    else if (names.length === 0 || found?.includes(undefined) === true) reader.refuse(refusal('invalidSymbol'))
    return found?.map((instrument) => instrument ?? 0) ?? []
  }

  /** JSON of each market that is asked for: one object for `symbol`, a list otherwise. */
  eachSymbol(reader: Reader, allowsAll: boolean, print: (market: FeedMarket) => string): Answer {
    const wanted = this.readSymbols(reader)
    if (wanted === undefined && !allowsAll) reader.refuse(refusal('mandatoryEither', 'symbol', 'symbols'))
    if (reader.refusal !== undefined) return reader.refusal
    if (reader.has('symbol')) return print(this.market(wanted?.[0] ?? 0))
    const instruments = wanted ?? [...this.venue.instruments.keys()]
    return `[${instruments.map((instrument) => print(this.market(instrument))).join(',')}]`
  }

  market(instrument: number): FeedMarket {
    return this.#memory.markets[instrument] as FeedMarket
  }

  symbol(instrument: number): string {
    return this.venue.instruments[instrument]?.symbol ?? ''
  }

  asset(asset: number): string {
    return this.venue.assets[asset] ?? ''
  }

  rules(instrument: number): VenueInstrument {
    return this.venue.instruments[instrument] as VenueInstrument
  }

  isHalted(instrument: number): boolean {
    return this.venue.state.halted[instrument] === 1
  }

  /** Hands in a request. */
  submit(request: VenueRequest): Outcome | Refusal {
    const outcome = this.machine.handle(request)
    return outcome.code === 0 ? outcome : refuse(outcome.code, outcome.message)
  }
}

const SYMBOLS_RANGE = '^\\[("[\\w\\-._&&[^a-z]]{1,50}"(,"[\\w\\-._&&[^a-z]]{1,50}"){0,}){0,1}\\]$'

/** Names in a JSON list; undefined where it is none. */
function namesIn(text: string): string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (Array.isArray(parsed) && parsed.every((name) => typeof name === 'string')) return parsed
  } catch {
    // What is no JSON is no list either.
  }
  return undefined
}

/** How many markets a request is about; 0 for all. */
export function symbolCount(parameters: Parameters): number {
  if (parameters.find('symbol') !== undefined) return 1
  const list = parameters.find('symbols')
  return list === undefined ? 0 : (namesIn(list)?.length ?? 1)
}
