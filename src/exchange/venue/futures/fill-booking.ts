/**
 * What a fill does to money and position of one of its two accounts.
 *
 * In: an order's slot and its fill event. Out: position row, wallet and the event's fee and realized profit; the balance and
 * position events that owners are told by. Exact: values and costs are integers of 10^-8, and three named roundings, all half
 * up to 10^-8, cut what does not come out even: `binanceCommission` for fees, the pro-rata cost of what a partial close sells,
 * and isolated margin. The last part of a position takes what is left, so that a flat position has cost 0.
 * Most fills are worked out in doubles, which are exact below 2^52 of 10^-8 (45 million); larger ones and those of isolated
 * positions in 128 bits, with the same results.
 */
import { CONTRA } from '../../../core/account/ledger.ts'
import { I128Array } from '../../../core/number/i128.ts'
import { ROUND_HALF_UP, VenueRounding, roundingCode } from '../../../core/number/rounding.ts'
import { EVENT, FIELD, REASON } from '../events.ts'
import type { EventLog } from '../events.ts'
import { ORDER_FLAG } from '../order-store.ts'
import type { OrderStore } from '../order-store.ts'
import { BUY } from '../requests.ts'
import type { Accounts } from './accounts.ts'
import type { Markets } from './markets.ts'
import type { PositionRows } from './position-rows.ts'
import { MOST_AMOUNT, writeShare } from './pro-rata.ts'
import type { FuturesOptions } from './venue-options.ts'
import { FeeTable } from './fee-table.ts'
import type { Wallets } from './wallets.ts'

/** Amounts that a fill is worked out in. */
const AMOUNT = { closedCost: 0, realized: 1, fee: 2, margin: 3, openFee: 4, count: 5 } as const
/** Doubles that 128-bit steps read by index. */
const CELL = {
  price: 0,
  opened: 1,
  closed: 2,
  closedLots: 3,
  heldLots: 4,
  ppm: 5,
  million: 6,
  units: 7,
  leverage: 8,
  one: 9,
  openedLots: 10,
  lots: 11,
  fee: 12,
  realized: 13,
  cost: 14,
  fees: 15,
  share: 16,
  count: 17,
} as const
const MILLION = 1_000_000
const COMMISSION = roundingCode(VenueRounding.binanceCommission.rounding)

export class FillBooking {
  /** By instrument: lots of all long positions. */
  readonly openInterest: Float64Array
  readonly #orders: OrderStore
  readonly #events: EventLog
  readonly #markets: Markets
  readonly #accounts: Accounts
  readonly #rows: PositionRows
  readonly #wallets: Wallets
  readonly #feeTable: FeeTable
  readonly #amounts: I128Array = new I128Array(AMOUNT.count)
  readonly #cells: Float64Array = new Float64Array(CELL.count)

  constructor(
    orders: OrderStore,
    events: EventLog,
    markets: Markets,
    accounts: Accounts,
    rows: PositionRows,
    wallets: Wallets,
    options: FuturesOptions,
  ) {
    this.openInterest = new Float64Array(markets.instruments.length)
    this.#orders = orders
    this.#events = events
    this.#markets = markets
    this.#accounts = accounts
    this.#rows = rows
    this.#wallets = wallets
    this.#feeTable = new FeeTable(markets.instruments, options.feeTiers)
    this.#cells[CELL.million] = MILLION
    this.#cells[CELL.one] = 1
  }

  /** Books the fill of an order whose event begins at `at`; `isMaker` is 1 for the order that rested. Returns the row. */
  book(slot: number, at: number, isMaker: number): number {
    const orders = this.#orders
    const rows = this.#rows
    const account = orders.account[slot] as number
    const instrument = orders.instrument[slot] as number
    const row = rows.find(account, instrument, orders.positionSide[slot] as number)
    const asset = this.#markets.asset[instrument] as number
    const unit = this.#markets.unit[instrument] as number
    const cells = this.#cells
    const held = rows.quantity[row] as number
    const isBuy = orders.side[slot] === BUY
    const eventCells = this.#events.cells
    const lots = eventCells[at + FIELD.quantity] as number
    const closed = held !== 0 && held < 0 === isBuy ? Math.min(lots, Math.abs(held)) : 0
    const opened = lots - closed
    cells[CELL.price] = eventCells[at + FIELD.price] as number
    cells[CELL.closedLots] = closed
    cells[CELL.openedLots] = opened
    cells[CELL.lots] = lots
    cells[CELL.heldLots] = Math.abs(held)
    cells[CELL.closed] = (held < 0 ? -closed : closed) * unit
    cells[CELL.opened] = (isBuy ? opened : -opened) * unit
    cells[CELL.units] = lots * unit
    const isolated = this.#accounts.isolated[this.#accounts.key(account, instrument)] as number
    const fee = this.#feeTable.at(this.#accounts.feeTier[account] as number, isMaker, instrument)
    if (isolated === 1 || !this.#bookNarrow(row, account, asset, fee)) this.#bookWide(row, asset, isolated, fee)
    const quantity = held + (isBuy ? lots : -lots)
    rows.quantity[row] = quantity
    rows.updated[row] = eventCells[at + FIELD.time] as number
    this.openInterest[instrument] =
      (this.openInterest[instrument] as number) + Math.max(0, quantity) - Math.max(0, held)
    if (held === 0) rows.hold(row)
    else if (quantity === 0) rows.release(row)
    eventCells[at + FIELD.asset] = asset
    eventCells[at + FIELD.amount] = cells[CELL.fee] as number
    eventCells[at + FIELD.realized] = cells[CELL.realized] as number
    if (((orders.flags[slot] as number) & ORDER_FLAG.crowd) === 0) this.#tell(row, asset, at, REASON.order)
    return row
  }

  /** Appends the events of a changed position, for whoever owns it. */
  tellPosition(row: number, reason: number): void {
    const rows = this.#rows
    const at = this.#events.append(EVENT.position)
    const { cells } = this.#events
    cells[at + FIELD.time] = this.#orders.time[0] as number
    cells[at + FIELD.instrument] = rows.instrument[row] as number
    cells[at + FIELD.account] = rows.account[row] as number
    cells[at + FIELD.side] = rows.side[row] as number
    cells[at + FIELD.quantity] = rows.quantity[row] as number
    cells[at + FIELD.detail] = reason
  }

  /** Balance and position as a fill has left them; the balance's change is realized profit less fee. */
  #tell(row: number, asset: number, fill: number, reason: number): void {
    const at = this.#events.append(EVENT.balance)
    const { cells } = this.#events
    cells[at + FIELD.time] = cells[fill + FIELD.time] as number
    cells[at + FIELD.instrument] = cells[fill + FIELD.instrument] as number
    cells[at + FIELD.account] = cells[fill + FIELD.account] as number
    cells[at + FIELD.slot] = cells[fill + FIELD.slot] as number
    cells[at + FIELD.tradeId] = cells[fill + FIELD.tradeId] as number
    cells[at + FIELD.detail] = reason
    cells[at + FIELD.amount] = (cells[fill + FIELD.realized] as number) - (cells[fill + FIELD.amount] as number)
    cells[at + FIELD.asset] = asset
    this.tellPosition(row, reason)
  }

  /** Books the fill in doubles; false, and nothing is booked, where they may not be exact. */
  #bookNarrow(row: number, account: number, asset: number, fee: number): boolean {
    const rows = this.#rows
    const cells = this.#cells
    const price = cells[CELL.price] as number
    const scaled = price * (cells[CELL.lots] as number) * (this.#feeTable.times[fee] as number)
    const size = Math.abs(scaled)
    if (size >= MOST_AMOUNT || price * (cells[CELL.units] as number) >= MOST_AMOUNT) return false
    const over = this.#feeTable.over[fee] as number
    const rest = size % over
    const charged = (size - rest) / over + (rest * 2 >= over ? 1 : 0)
    cells[CELL.fee] = scaled < 0 ? 0 - charged : charged
    const opened = price * (cells[CELL.opened] as number)
    const isClosing = cells[CELL.closedLots] !== 0
    cells[CELL.cost] = rows.costNear[row] as number
    cells[CELL.fees] = rows.fees.toNumber(row)
    cells[CELL.realized] = 0
    if (isClosing && !this.#closeNarrow()) return false
    if (Math.abs(cells[CELL.cost] as number) >= MOST_AMOUNT) return false
    cells[CELL.cost] = (cells[CELL.cost] as number) + opened
    cells[CELL.share] = 0
    if (!isClosing) cells[CELL.share] = cells[CELL.fee] as number
    else if (opened !== 0 && !writeShare(cells, CELL.fee, CELL.openedLots, CELL.lots, CELL.share)) return false
    cells[CELL.fees] = (cells[CELL.fees] as number) + (cells[CELL.share] as number)
    rows.cost.setFrom(row, cells, CELL.cost)
    rows.costNear[row] = cells[CELL.cost] as number
    rows.fees.setFrom(row, cells, CELL.fees)
    if (isClosing) rows.realized.addProduct(row, cells, CELL.realized, CELL.one)
    this.#wallets.take(account, asset, cells, CELL.realized, CELL.fee)
    return true
  }

  /** Takes the closed lots out of `cost` and `fees` and works out what they realize. */
  #closeNarrow(): boolean {
    const cells = this.#cells
    if (!writeShare(cells, CELL.fees, CELL.closedLots, CELL.heldLots, CELL.share)) return false
    cells[CELL.fees] = (cells[CELL.fees] as number) - (cells[CELL.share] as number)
    if (!writeShare(cells, CELL.cost, CELL.closedLots, CELL.heldLots, CELL.share)) return false
    const closed = cells[CELL.share] as number
    const realized = (cells[CELL.price] as number) * (cells[CELL.closed] as number) - closed
    cells[CELL.cost] = (cells[CELL.cost] as number) - closed
    cells[CELL.realized] = realized
    return Math.abs(realized) < MOST_AMOUNT
  }

  /** The same for any amounts. */
  #bookWide(row: number, asset: number, isolated: number, fee: number): void {
    const cells = this.#cells
    const amounts = this.#amounts
    const isClosing = cells[CELL.closedLots] !== 0
    cells[CELL.realized] = 0
    this.#chargeFee(row, asset, fee)
    amounts.storeNumber(AMOUNT.fee, cells, CELL.fee)
    if (isClosing) {
      this.#close(row, asset, isolated)
      amounts.storeNumber(AMOUNT.realized, cells, CELL.realized)
    }
    if (cells[CELL.openedLots] !== 0) this.#open(row, isolated, isClosing ? 0 : 1)
    this.#rows.cost.storeNumber(row, this.#rows.costNear, row)
  }

  /** Works the fee out and takes it from the wallet. */
  #chargeFee(row: number, asset: number, fee: number): void {
    const amounts = this.#amounts
    const cells = this.#cells
    cells[CELL.ppm] = this.#feeTable.ppm[fee] as number
    amounts.setFrom(AMOUNT.fee, ZERO, 0)
    amounts.subProduct(AMOUNT.fee, cells, CELL.price, CELL.units)
    amounts.mulDiv(AMOUNT.fee, cells, CELL.ppm, CELL.million, COMMISSION)
    this.#wallets.receive(this.#rows.account[row] as number, asset, CONTRA.fees, amounts, AMOUNT.fee)
    amounts.negate(AMOUNT.fee)
  }

  /** Takes the closed lots out of the row and books what they brought. */
  #close(row: number, asset: number, isolated: number): void {
    const rows = this.#rows
    const amounts = this.#amounts
    const cells = this.#cells
    const isWhole = cells[CELL.closedLots] === cells[CELL.heldLots]
    amounts.copy(AMOUNT.closedCost, row, rows.cost)
    if (!isWhole) amounts.mulDiv(AMOUNT.closedCost, cells, CELL.closedLots, CELL.heldLots, ROUND_HALF_UP)
    rows.cost.sub(row, AMOUNT.closedCost, amounts)
    amounts.copy(AMOUNT.realized, AMOUNT.closedCost)
    amounts.negate(AMOUNT.realized)
    amounts.addProduct(AMOUNT.realized, cells, CELL.price, CELL.closed)
    rows.realized.add(row, AMOUNT.realized, amounts)
    this.#wallets.receive(rows.account[row] as number, asset, CONTRA.venueTrading, amounts, AMOUNT.realized)
    this.#release(rows.fees, row, isWhole)
    if (isolated === 1) this.#release(rows.isolatedWallet, row, isWhole)
  }

  /** Takes the closed lots' share out of an amount that goes with the position. */
  #release(column: I128Array, row: number, isWhole: boolean): void {
    const amounts = this.#amounts
    amounts.copy(AMOUNT.margin, row, column)
    if (!isWhole) amounts.mulDiv(AMOUNT.margin, this.#cells, CELL.closedLots, CELL.heldLots, ROUND_HALF_UP)
    column.sub(row, AMOUNT.margin, amounts)
  }

  /** Adds the opened lots to the row, with their part of the fee. */
  #open(row: number, isolated: number, opensAll: number): void {
    const rows = this.#rows
    const amounts = this.#amounts
    const cells = this.#cells
    rows.cost.addProduct(row, cells, CELL.price, CELL.opened)
    amounts.copy(AMOUNT.openFee, AMOUNT.fee)
    if (opensAll === 0) amounts.mulDiv(AMOUNT.openFee, cells, CELL.openedLots, CELL.lots, ROUND_HALF_UP)
    rows.fees.add(row, AMOUNT.openFee, amounts)
    if (isolated === 0) return
    const key = this.#accounts.key(rows.account[row] as number, rows.instrument[row] as number)
    cells[CELL.leverage] = this.#accounts.leverage[key] as number
    cells[CELL.opened] = Math.abs(cells[CELL.opened] as number)
    amounts.setFrom(AMOUNT.margin, ZERO, 0)
    amounts.addProduct(AMOUNT.margin, cells, CELL.price, CELL.opened)
    amounts.divRounded(AMOUNT.margin, cells, CELL.leverage, ROUND_HALF_UP)
    rows.isolatedWallet.add(row, AMOUNT.margin, amounts)
  }
}

const ZERO: Float64Array = new Float64Array(1)
