/**
 * The spot venue: many accounts with balances trade assets for each other.
 *
 * In: requests (requests.ts), and the time, which the caller writes to `time[0]`. Out: outcomes, and events in `events`, which
 * the caller reads before it calls `recycle`. Owns: balances, orders, books, order lists, history. Refuses with the venue's
 * codes and words (spot-errors.ts); a refused request changes nothing, except that a cancel-replace may be half done. Fails:
 * with an exception only where an amount leaves 128 bits, or for a bug. Reads no clock, draws nothing, knows no file.
 * On spot an order event is also the news of its account's balances in both assets of the market: `balance` events tell of
 * deposits and withdrawals alone.
 */
import { tryParseAmount } from '../../../core/number/decimal.ts'
import { I128Array } from '../../../core/number/i128.ts'
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import { EVENT, FIELD, FIELDS, REASON, STATUS, type EventLog } from '../events.ts'
import { filterProblem, withFilters } from '../filter-rules.ts'
import type { OrderBook } from '../order-book.ts'
import { ORDER_FLAG, type OrderStore } from '../order-store.ts'
import type {
  FiltersRequest,
  OrderRequest,
  Outcome,
  PlaceRequest,
  SlicesRequest,
  TransferRequest,
  VenueRequest,
} from '../requests.ts'
import type { VenueInstrument } from '../venue-instrument.ts'
import { ASSET_DECIMALS } from './balances.ts'
import type { FeeRates } from './fee-tiers.ts'
import { SpotEntry } from './spot-entry.ts'
import { SPOT_ERROR, spotErrorCode, spotErrorText } from './spot-errors.ts'
import { SpotListEntry } from './spot-list-entry.ts'
import { SpotRemoval } from './spot-removal.ts'
import { cancelReplace, NOTHING_REPLACED, replaceError, type ReplaceOutcome } from './spot-replace.ts'
import { SpotState, type SpotVenueOptions } from './spot-state.ts'
import { SpotTriggers } from './spot-triggers.ts'
import { SpotViews } from './spot-views.ts'

export class SpotVenue {
  readonly instruments: readonly VenueInstrument[]
  readonly assets: readonly string[]
  readonly orders: OrderStore
  readonly events: EventLog
  readonly books: readonly OrderBook[]
  /** [0] is the venue's time, microseconds: written by the caller, never run back. */
  readonly time: Float64Array
  /** Everything behind it, for those who look closely: checkers, routes. Only requests may change it. */
  readonly state: SpotState
  /** What may be asked without changing anything. */
  readonly views: SpotViews
  /** Slot of the order that the last request concerned, -1 for none. */
  lastSlot = -1
  /** SPOT_ERROR of the last refusal. */
  lastError = 0
  /** Id of the order list that the last request concerned, 0 for none. */
  lastList = 0
  /** Both halves of the last cancel-replace. */
  lastReplace: ReplaceOutcome = NOTHING_REPLACED
  readonly #entry: SpotEntry
  readonly #removal: SpotRemoval
  readonly #lists: SpotListEntry
  readonly #triggers: SpotTriggers
  readonly #amount: I128Array = new I128Array(1)

  constructor(options: SpotVenueOptions) {
    const state = new SpotState(options)
    this.state = state
    this.instruments = state.instruments
    this.assets = state.assets
    this.orders = state.orders
    this.events = state.events
    this.books = state.books
    this.time = state.time
    this.views = new SpotViews(state)
    this.#entry = new SpotEntry(state)
    this.#removal = new SpotRemoval(state)
    this.#lists = new SpotListEntry(state, this.#entry)
    this.#triggers = new SpotTriggers(state)
  }

  /** Timers that are due at time[0]: spot has none. */
  advance(): void {
    this.state.matcher.advance()
  }

  /** Places a limit or market order. Returns 0 or the venue's error code; the order's slot stands in `lastSlot`. */
  place(request: PlaceRequest): number {
    const from = this.events.length
    const error = this.#entry.place(request)
    this.lastSlot = this.#entry.lastSlot
    this.#finish(from, request.instrument)
    return this.#refused(error)
  }

  /** Cancels an open order. */
  cancelSlot(slot: number): void {
    const from = this.events.length
    this.#removal.cancelSlot(slot, '')
    this.#finish(from, this.orders.instrument[slot] as number)
  }

  handle(request: VenueRequest): Outcome {
    this.lastSlot = -1
    this.lastList = 0
    const from = this.events.length
    const error = this.#run(request)
    if ('instrument' in request) this.#finish(from, request.instrument)
    else if (request.kind === 'cancel-replace') this.#finish(from, request.order.instrument)
    const code = this.#refused(error)
    return { code, message: spotErrorText(error), slot: code === 0 ? this.lastSlot : -1 }
  }

  /** Ends what was done to a market beside requests, whose events begin with the `from`-th: as a request ends. */
  finish(from: number, instrument: number): void {
    this.#finish(from, instrument)
  }

  /** What the venue would say to an order before it looks at the account. */
  test(request: OrderRequest): Outcome {
    const error = this.#entry.check(request)
    return { code: spotErrorCode(error), message: spotErrorText(error), slot: -1 }
  }

  /** What an account pays in a market. */
  feesOf(account: number, instrument: number): FeeRates {
    return this.state.fees.of(account, instrument)
  }

  /** Forgets the events, and frees the slots of orders that ended. */
  recycle(): void {
    this.events.clear()
    this.orders.recycle()
  }

  save(writer: StateWriter): void {
    this.state.save(writer)
  }

  load(reader: StateReader): void {
    this.state.load(reader)
  }

  #run(request: VenueRequest): number {
    switch (request.kind) {
      case 'place':
        return this.#placed(this.#entry.place(request))
      case 'conditional':
        return this.#placed(this.#entry.placeStop(request))
      case 'place-list':
        return this.#placeList(() => this.#lists.place(request))
      case 'cancel':
        return this.#removed(this.#removal.cancel(request))
      case 'cancel-list':
        return this.#removed(this.#removal.cancelList(request))
      case 'cancel-all':
        return this.#removed(this.#removal.cancelAll(request))
      case 'amend':
        return this.#removed(this.#removal.amend(request))
      case 'cancel-replace':
        this.lastReplace = cancelReplace(request, this.#removal, this.#entry)
        this.lastSlot = this.lastReplace.orderSlot
        return replaceError(this.lastReplace)
      case 'transfer':
        return this.#transfer(request)
      case 'open-account':
        this.state.names.push(request.name)
        this.state.balances.open()
        this.state.fees.open(request.feeTier ?? 0)
        return SPOT_ERROR.none
      case 'halt':
        return this.#halt(request.instrument, request.halted)
      case 'filters':
        return this.#changeFilters(request)
      case 'slices':
        return this.#orderSlices(request)
      case 'countdown':
      case 'cancel-conditional':
      case 'cancel-all-conditional':
      case 'leverage':
      case 'margin-type':
      case 'position-mode':
      case 'position-margin':
      case 'mark':
        return SPOT_ERROR.notSupported
    }
  }

  #placed(error: number): number {
    this.lastSlot = this.#entry.lastSlot
    return error
  }

  #removed(error: number): number {
    this.lastSlot = this.#removal.lastSlot
    this.lastList = this.#removal.lastList
    return error
  }

  #placeList(place: () => number): number {
    const error = place()
    this.lastList = this.#lists.lastList
    return error
  }

  #refused(error: number): number {
    this.lastError = error
    return spotErrorCode(error)
  }

  #transfer({ account, asset, amount }: TransferRequest): number {
    const { balances, names } = this.state
    const index = this.assets.indexOf(asset)
    if (index === -1) return SPOT_ERROR.badAsset
    if (!(account >= 0 && account < names.length)) return SPOT_ERROR.badAccount
    const parsed = tryParseAmount(amount, ASSET_DECIMALS)
    if (!parsed.ok || parsed.value === 0n) return SPOT_ERROR.badAmount
    this.#amount.set(0, parsed.value)
    if (!balances.transfer(account, index, this.#amount, 0)) return SPOT_ERROR.withdrawTooMuch
    const at = this.events.append(EVENT.balance)
    const { cells } = this.events
    cells[at + FIELD.time] = this.time[0] as number
    cells[at + FIELD.instrument] = -1
    cells[at + FIELD.account] = account
    cells[at + FIELD.slot] = -1
    cells[at + FIELD.detail] = parsed.value > 0n ? REASON.deposit : REASON.withdrawal
    // Exact up to 2^53 units, which is 90 million of the asset; the balance itself is exact at any size.
    this.#amount.storeNumber(0, cells, at + FIELD.amount)
    cells[at + FIELD.asset] = index
    return SPOT_ERROR.none
  }

  #halt(instrument: number, halted: boolean): number {
    if (!(instrument >= 0 && instrument < this.instruments.length)) return SPOT_ERROR.badSymbol
    this.state.halted[instrument] = halted ? 1 : 0
    this.#tellStatus(instrument)
    return SPOT_ERROR.none
  }

  #changeFilters(request: FiltersRequest): number {
    const { instruments } = this.state
    const rules = instruments[request.instrument]
    if (rules === undefined) return SPOT_ERROR.badSymbol
    if (filterProblem(request) !== undefined) return SPOT_ERROR.badFilters
    instruments[request.instrument] = withFilters(rules, request)
    this.#tellStatus(request.instrument)
    return SPOT_ERROR.none
  }

  #orderSlices({ account, slices, matches }: SlicesRequest): number {
    if (!(account >= 0 && account < this.state.names.length)) return SPOT_ERROR.badAccount
    return this.state.matcher.slices.order(account, slices, matches) ? SPOT_ERROR.none : SPOT_ERROR.badSlices
  }

  #tellStatus(instrument: number): void {
    const at = this.events.append(EVENT.status)
    const { cells } = this.events
    cells[at + FIELD.time] = this.time[0] as number
    cells[at + FIELD.instrument] = instrument
    cells[at + FIELD.slot] = -1
    cells[at + FIELD.detail] = this.state.halted[instrument] as number
  }

  /** Ends a request: sets off what its trades reached, keeps the records of what ended, tells of the levels. */
  #finish(from: number, instrument: number): void {
    if (this.#settleEnds(from)) {
      let seen = this.events.length
      this.#triggers.run(instrument)
      while (seen < this.events.length) {
        const next = this.events.length
        this.#settleEnds(seen)
        seen = next
      }
    }
    this.state.matcher.publish()
  }

  /** Keeps the records of orders that ended in the events from `from` on; returns whether there were trades. */
  #settleEnds(from: number): boolean {
    const { events } = this
    let traded = false
    for (let at = from * FIELDS; at < events.length * FIELDS; at += FIELDS) {
      const kind = events.cells[at]
      if (kind === EVENT.trade) traded = true
      else if (kind === EVENT.canceled || kind === EVENT.expired) this.#ended(events.cells[at + FIELD.slot] as number)
      else if (kind === EVENT.fill && events.cells[at + FIELD.status] === STATUS.filled)
        this.#ended(events.cells[at + FIELD.slot] as number)
    }
    return traded
  }

  #ended(slot: number): void {
    const { columns, history, lists } = this.state
    const { orders } = this
    if (((orders.flags[slot] as number) & ORDER_FLAG.crowd) !== 0) return
    history.addOrder(slot)
    const id = columns.list[slot] as number
    const list = id === 0 ? undefined : lists.open(id)
    if (list !== undefined && lists.legClosed(list, this.time[0] as number))
      this.state.noteList(list.id, list.account, list.instrument, list.status)
  }
}
