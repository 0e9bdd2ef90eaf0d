/**
 * The futures venue: matching, accounts, margin, conditional orders, funding and liquidation in one stepping machine.
 *
 * In: requests, and the time at which they come (`time[0]`, microseconds, never back). Out: the venue's answer to each, and
 * the events of what happened. The caller sets the time, calls `advance`, `handle` or a quick path, reads `events` and the
 * queries, then calls `recycle`. Owns all state of the venue; same requests at the same times, same events byte for byte.
 * Refuses with the venue's codes. Fails: with an AssertionError, which is a bug of this program.
 */
import { assertNever } from '../../../core/assert.ts'
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import type { EventLog } from '../events.ts'
import type { OrderBook } from '../order-book.ts'
import type { OrderStore } from '../order-store.ts'
import type { Outcome, PlaceRequest, VenueRequest } from '../requests.ts'
import { VENUE_ERROR, textOfCode } from '../venue-errors.ts'
import type { VenueInstrument } from '../venue-instrument.ts'
import { Clockwork } from './clockwork.ts'
import { ConditionalDesk } from './conditional-desk.ts'
import { type FuturesConfig, FuturesState } from './futures-state.ts'
import { Inquiry } from './inquiry.ts'
import { OrderDesk } from './order-desk.ts'
import { SettingsDesk } from './settings-desk.ts'

const SECTION = 'futures'
const VERSION = 1
const MICRO_DECIMALS = 1_000_000

/** What a request is refused for with -1130, where it is not the amount. */
const PARAMETERS: Partial<Record<VenueRequest['kind'], string>> = {
  conditional: 'callbackRate',
  filters: 'filters',
  slices: 'slices',
}

export class FuturesVenue extends Inquiry {
  readonly #orders: OrderDesk
  readonly #conditionals: ConditionalDesk
  readonly #clockwork: Clockwork
  readonly #settings: SettingsDesk

  constructor(config: FuturesConfig) {
    super(new FuturesState(config))
    this.#orders = new OrderDesk(this.state)
    this.#conditionals = new ConditionalDesk(this.state, this.#orders)
    this.#orders.connect(this.#conditionals)
    this.#clockwork = new Clockwork(this.state, this.#conditionals)
    this.#settings = new SettingsDesk(this.state)
  }

  get instruments(): readonly VenueInstrument[] {
    return this.state.instruments
  }

  /** Settle assets; their indexes stand in events and views. */
  get assets(): readonly string[] {
    return this.state.assets
  }

  get orders(): OrderStore {
    return this.state.orders
  }

  get books(): readonly OrderBook[] {
    return this.state.books
  }

  get events(): EventLog {
    return this.state.events
  }

  /** [0]: venue time, microseconds. */
  get time(): Float64Array {
    return this.state.time
  }

  /** Slot of the order that `place` accepted last, -1 where it left none that is open. */
  get lastSlot(): number {
    const slot = this.#orders.lastSlot
    return slot !== -1 && this.state.orders.isOpen[slot] === 1 ? slot : -1
  }

  /** Does what is due at `time[0]`: order deadlines, countdowns, mark prices, funding, liquidations. */
  advance(): void {
    this.state.matcher.advance()
    this.#orders.advance()
    this.#conditionals.advance()
    this.#clockwork.advance()
    this.#orders.finish()
  }

  /** The quick path of `handle` for an order: 0, or the venue's code. */
  place(request: PlaceRequest): number {
    const code = this.#orders.enter(request, 0)
    if (code === 0) this.#orders.finish()
    return code
  }

  /** Cancels an open order by its slot. */
  cancelSlot(slot: number): void {
    this.state.matcher.cancel(slot)
    this.#orders.finish()
  }

  handle(request: VenueRequest): Outcome {
    const code = this.#answer(request)
    const isConditional = request.kind === 'conditional' || request.kind === 'cancel-conditional'
    const slot = isConditional ? this.#conditionals.lastIndex : this.#slotOf(request)
    this.#orders.finish()
    return { code, message: code === 0 ? '' : this.#textOf(code, request), slot }
  }

  /** Remembers what the log tells, clears it and frees the slots of orders that are done. */
  recycle(): void {
    this.state.history.record(this.state.events)
    this.state.events.clear()
    this.state.orders.recycle()
  }

  /** Writes everything; `recycle` comes before. */
  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    this.state.save(writer)
    this.#orders.save(writer)
    this.#clockwork.save(writer)
    writer.end()
  }

  /** Becomes what a venue with the same configuration saved. */
  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    this.state.load(reader)
    this.#orders.load(reader)
    this.#clockwork.load(reader)
    reader.end()
  }

  #answer(request: VenueRequest): number {
    if ('account' in request && !(request.account >= 0 && request.account < this.accountCount))
      return VENUE_ERROR.invalidAccount.code
    switch (request.kind) {
      case 'place':
        return this.#orders.enter(request, 0)
      case 'cancel':
        return this.#orders.cancel(request)
      case 'amend':
        return this.#orders.amend(request)
      case 'cancel-all':
        return this.#orders.cancelAll(request.account, request.instrument)
      case 'countdown':
        return this.#orders.countdown(request)
      case 'conditional':
        return this.#conditionals.place(request)
      case 'cancel-conditional':
        return this.#conditionals.cancel(request)
      case 'cancel-all-conditional':
        return this.#conditionals.cancelAll(request.account, request.instrument)
      case 'leverage':
        return this.#settings.leverage(request)
      case 'margin-type':
        return this.#settings.marginType(request)
      case 'position-mode':
        return this.#settings.positionMode(request)
      case 'position-margin':
        return this.#settings.positionMargin(request)
      case 'transfer':
        return this.#settings.transfer(request)
      case 'open-account':
        return this.#settings.openAccount(request)
      case 'mark':
        return this.#clockwork.setMark(request)
      case 'halt':
        return this.#settings.halt(request)
      case 'filters':
        return this.#settings.filters(request)
      case 'slices':
        return this.state.matcher.slices.order(request.account, request.slices, request.matches)
          ? 0
          : VENUE_ERROR.invalidParameter.code
      case 'place-list':
      case 'cancel-list':
      case 'cancel-replace':
        return VENUE_ERROR.notSupported.code
      default:
        return assertNever(request)
    }
  }

  #slotOf(request: VenueRequest): number {
    const isOrder = request.kind === 'place' || request.kind === 'cancel' || request.kind === 'amend'
    return isOrder ? this.#orders.lastSlot : -1
  }

  /** The venue's text for a code, with the values that belong to the request. */
  #textOf(code: number, request: VenueRequest): string {
    switch (code) {
      case VENUE_ERROR.minNotional.code:
      case VENUE_ERROR.amendMinNotional.code: {
        const instrument = 'instrument' in request ? this.instruments[request.instrument] : undefined
        return textOfCode(code, (instrument?.minNotionalMicros ?? 0) / MICRO_DECIMALS)
      }
      case VENUE_ERROR.leverage.code:
        return textOfCode(code, 'leverage' in request ? request.leverage : '')
      case VENUE_ERROR.notRequired.code:
        return textOfCode(code, 'reduceOnly' in request && request.reduceOnly ? 'reduceOnly' : 'price')
      case VENUE_ERROR.invalidParameter.code:
        return textOfCode(code, PARAMETERS[request.kind] ?? 'amount')
      default:
        return textOfCode(code)
    }
  }
}
