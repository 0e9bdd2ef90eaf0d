/** What the endpoints of the futures venue share: the venue behind its machine, names, and the venue's undecided habits. */
import type { FuturesQueries } from '../../venue/futures/views.ts'
import type { OrderStore } from '../../venue/order-store.ts'
import type { OrderBook } from '../../venue/order-book.ts'
import type { Outcome, VenueRequest } from '../../venue/requests.ts'
import type { VenueInstrument } from '../../venue/venue-instrument.ts'
import { NumberText } from '../../feeds/number-text.ts'
import type { MarketMemory } from '../market-memory.ts'
import type { ListenKeys } from '../listen-keys.ts'
import type { Machine } from '../machine.ts'
import type { OrderRule, WeightRules } from '../rate-limits.ts'
import type { Reader } from '../reader.ts'
import { refusal, refuse, type Refusal } from '../refusal.ts'
import type { Call } from '../route.ts'
import { type FuturesHabits, USUAL_HABITS } from './habits.ts'
import { stillInTime, TOO_LATE_FOR_MATCHING } from '../security.ts'

/** The venue as the endpoints see it. */
export interface FuturesBehind extends FuturesQueries {
  readonly instruments: readonly VenueInstrument[]
  readonly assets: readonly string[]
  readonly orders: OrderStore
  readonly books: readonly OrderBook[]
  /** 1 while an instrument does not trade. */
  readonly state: { readonly markets: { readonly halted: Uint8Array } }
}

export interface FuturesParts {
  readonly machine: Machine<FuturesBehind>
  readonly memory: MarketMemory
  readonly listenKeys: ListenKeys
  readonly weightRules: WeightRules
  readonly orderRules: readonly OrderRule[]
  /** What differs from USUAL_HABITS. */
  readonly habits?: Partial<FuturesHabits>
}

export class FuturesDesk {
  readonly machine: Machine<FuturesBehind>
  readonly venue: FuturesBehind
  readonly memory: MarketMemory
  readonly listenKeys: ListenKeys
  readonly weightRules: WeightRules
  readonly orderRules: readonly OrderRule[]
  readonly habits: FuturesHabits
  /** How each instrument's numbers are written. */
  readonly texts: readonly NumberText[]
  readonly #symbols: ReadonlyMap<string, number>

  constructor(parts: FuturesParts) {
    this.machine = parts.machine
    this.venue = parts.machine.venue
    this.memory = parts.memory
    this.listenKeys = parts.listenKeys
    this.weightRules = parts.weightRules
    this.orderRules = parts.orderRules
    this.habits = { ...USUAL_HABITS, ...parts.habits }
    this.texts = this.venue.instruments.map((instrument) => new NumberText(instrument))
    this.#symbols = new Map(this.venue.instruments.map(({ symbol }, index) => [symbol, index]))
  }

  /** The instrument of a symbol, -1 for none. */
  find(symbol: string): number {
    return this.#symbols.get(symbol) ?? -1
  }

  /** The instrument that `name` names, which must be there. */
  instrument(reader: Reader, name = 'symbol'): number {
    const symbol = reader.text(name)
    const found = this.find(symbol)
    if (found === -1 && symbol !== '') reader.refuse(refusal('invalidSymbol'))
    return Math.max(found, 0)
  }

  /** The same where it may be left out: -1 then. */
  instrumentOr(reader: Reader, name = 'symbol'): number {
    const symbol = reader.textOr(name, '')
    if (symbol === '') return -1
    const found = this.find(symbol)
    if (found === -1) reader.refuse(refusal('invalidSymbol'))
    return found
  }

  isHalted(instrument: number): boolean {
    return this.venue.state.markets.halted[instrument] === 1
  }

  symbol(instrument: number): string {
    return this.venue.instruments[instrument]?.symbol ?? ''
  }

  asset(asset: number): string {
    return this.venue.assets[asset] ?? ''
  }

  text(instrument: number): NumberText {
    return this.texts[instrument] as NumberText
  }

  rules(instrument: number): VenueInstrument {
    return this.venue.instruments[instrument] as VenueInstrument
  }

  /** Hands in a request. The venue may have taken its time since the first check of the caller's window. */
  submit(call: Call, request: VenueRequest): Outcome | Refusal {
    if (call.signed !== undefined && !stillInTime(call.signed, this.machine.present())) return TOO_LATE_FOR_MATCHING
    const outcome = this.machine.handle(request)
    return outcome.code === 0 ? outcome : refuse(outcome.code, outcome.message)
  }
}

/** The order a request names: by id, which wins, or by client id. */
export function readOrderName(
  reader: Reader,
  idName = 'orderId',
  clientName = 'origClientOrderId',
): { readonly orderId: number; readonly clientId: string } {
  const orderId = reader.integer(idName, 0)
  const clientId = reader.textOr(clientName, '')
  if (orderId === 0 && clientId === '') reader.refuse(refusal('mandatoryEither', clientName, idName))
  return { orderId, clientId: orderId === 0 ? clientId : '' }
}
