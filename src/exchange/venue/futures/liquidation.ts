/**
 * What happens to those who can no longer keep their positions.
 *
 * In: accounts whose margin is used up. Out: their orders cancelled; their positions closed by a limit IOC order at the
 * bankruptcy price (where nothing of their margin would be left), then within what the insurance fund has, and the rest against
 * the holders of the other side, those with the largest profit on their margin first (automatic deleveraging), at the
 * bankruptcy price. Then the liquidation fee goes to the fund as far as there is margin left, and the fund pays a negative rest.
 * Partial liquidation by brackets is not published and left out: positions are closed whole.
 */
import { I128Array } from '../../../core/number/i128.ts'
import { divideRounded } from '../../../core/number/rounding.ts'
import { EVENT, FIELD, REASON, STATUS } from '../events.ts'
import { ORDER_FLAG } from '../order-store.ts'
import { BUY, SELL, TIME_IN_FORCE } from '../requests.ts'
import type { PlaceRequest } from '../requests.ts'
import { counterpartyOf } from './deleveraging.ts'
import { magnitude } from './figures.ts'
import type { FuturesState } from './futures-state.ts'
import { emptyOrder } from './order-entry.ts'

const PPM = 1_000_000n
const HELD_FLAGS = ORDER_FLAG.liquidation | ORDER_FLAG.reduceOnly

export class Liquidation {
  readonly #state: FuturesState
  readonly #order: PlaceRequest = emptyOrder()
  readonly #amount: I128Array = new I128Array(1)

  constructor(state: FuturesState) {
    this.#state = state
  }

  /** Closes the account's cross positions in an asset. */
  closeCross(account: number, asset: number): void {
    const { figures, rows, instruments, markets, accounts } = this.#state
    for (const [instrument] of instruments.entries())
      if (markets.asset[instrument] === asset) this.#cancelOrders(account, instrument)
    const sums = figures.ofAccount(account, asset)
    const equity = sums.crossWallet + sums.crossUnrealized
    const held: number[] = []
    for (let row = rows.firstOf(account); row !== -1; row = rows.nextOfAccount[row] as number) {
      const instrument = rows.instrument[row] as number
      if (rows.quantity[row] === 0 || markets.asset[instrument] !== asset) continue
      if (accounts.isolated[accounts.key(account, instrument)] === 0) held.push(row)
    }
    const values = held.map((row) => magnitude(figures.ofRow(row).value))
    const total = values.reduce((sum, value) => sum + value, 0n)
    let fee = 0n
    for (const [i, row] of held.entries()) {
      const value = values[i] ?? 0n
      fee += this.#feeOf(row, value)
      this.#close(row, total === 0n ? 0n : divideRounded(equity * value, total, 'down'))
    }
    this.#settleUp(account, asset, fee, figures.ofAccount(account, asset).crossWallet)
  }

  /** Closes one isolated position. */
  closeIsolated(row: number): void {
    const { figures, rows, markets, wallets } = this.#state
    const account = rows.account[row] as number
    const instrument = rows.instrument[row] as number
    const asset = markets.asset[instrument] as number
    this.#cancelOrders(account, instrument)
    const before = figures.ofRow(row)
    const rest = wallets.balance(account, asset) - before.isolatedWallet
    this.#close(row, before.isolatedWallet + before.unrealized)
    this.#settleUp(account, asset, this.#feeOf(row, magnitude(before.value)), wallets.balance(account, asset) - rest)
  }

  #cancelOrders(account: number, instrument: number): void {
    const { orders, matcher } = this.#state
    for (let slot = orders.firstOwn(account, instrument); slot !== -1; slot = orders.firstOwn(account, instrument))
      matcher.expire(slot, REASON.liquidation)
  }

  #feeOf(row: number, value: bigint): bigint {
    const rules = this.#state.instruments[this.#state.rows.instrument[row] as number]
    return divideRounded(value * BigInt(rules?.liquidationFeePpm ?? 0), PPM, 'half-up')
  }

  /** Closes a row that may lose `equity` (10^-8) from the mark price on. */
  #close(row: number, equity: bigint): void {
    const { rows, markets, wallets } = this.#state
    if (rows.quantity[row] === 0) return
    const instrument = rows.instrument[row] as number
    const bankruptcy = this.#priceAt(row, equity)
    this.#send(row, bankruptcy)
    const fund = wallets.insurance(markets.asset[instrument] as number)
    if (rows.quantity[row] !== 0 && fund > 0n) this.#send(row, this.#fundedPrice(row, bankruptcy, fund))
    while (rows.quantity[row] !== 0 && this.#deleverage(row, bankruptcy));
  }

  /** Price in quanta, on the tick, at which closing a row costs `equity` beyond the mark price. */
  #priceAt(row: number, equity: bigint): number {
    const { rows, markets } = this.#state
    const instrument = rows.instrument[row] as number
    const quantity = rows.quantity[row] as number
    const unit = BigInt(markets.unit[instrument] as number)
    const value = this.#state.figures.valueOf(instrument, quantity) ?? rows.cost.get(row)
    const exact = divideRounded(value - equity, BigInt(quantity) * unit, quantity > 0 ? 'ceil' : 'floor')
    return this.#onTick(instrument, Number(exact), quantity > 0)
  }

  /** The worst price that the insurance fund can bear for a row, no further than market orders go. */
  #fundedPrice(row: number, bankruptcy: number, fund: bigint): number {
    const { rows, markets, instruments } = this.#state
    const instrument = rows.instrument[row] as number
    const quantity = rows.quantity[row] as number
    const perLot = fund / (magnitude(BigInt(quantity)) * BigInt(markets.unit[instrument] as number))
    const away = Math.min(Number(perLot), bankruptcy)
    const mark = (markets.mark[instrument] as number) / (markets.marksPerPrice[instrument] as number)
    const bound = (mark * (instruments[instrument]?.marketTakeBoundPpm ?? 0)) / 1e6
    const price = quantity > 0 ? Math.max(bankruptcy - away, mark - bound) : Math.min(bankruptcy + away, mark + bound)
    return this.#onTick(instrument, quantity > 0 ? Math.ceil(price) : Math.floor(price), quantity > 0)
  }

  /** The nearest multiple of the tick that is not worse for the seller (or buyer), inside the prices that exist. */
  #onTick(instrument: number, price: number, isSale: boolean): number {
    const { tickSize = 1, minPrice = 0 } = this.#state.instruments[instrument] ?? {}
    const step = Math.max(1, tickSize)
    const ticks = (price - minPrice) / step
    const least = minPrice > 0 ? minPrice : step
    return Math.max(least, minPrice + (isSale ? Math.ceil(ticks) : Math.floor(ticks)) * step)
  }

  /** Sends the order that closes a row at a price or better, and tells the public of it. */
  #send(row: number, price: number): void {
    const slot = this.#enter(row, price, Math.abs(this.#state.rows.quantity[row] as number), 'autoclose-')
    this.#state.matcher.submit(slot)
    this.#tellOrder(slot, EVENT.liquidation)
  }

  /** Enters an order of the venue itself that closes lots of a row. */
  #enter(row: number, price: number, lots: number, prefix: string): number {
    const { rows, orders, time, crowdAccounts } = this.#state
    const order = this.#order
    order.account = rows.account[row] as number
    order.instrument = rows.instrument[row] as number
    order.side = (rows.quantity[row] as number) > 0 ? SELL : BUY
    order.positionSide = rows.side[row] as number
    order.timeInForce = TIME_IN_FORCE.ioc
    order.price = price
    order.quantity = lots
    order.clientId = `${prefix}${time[0] as number}${orders.nextId[0] as number}`
    return orders.enter(order, order.account < crowdAccounts ? HELD_FLAGS | ORDER_FLAG.crowd : HELD_FLAGS)
  }

  /** Closes lots of a row against the other side's best placed holder at `price`. False where there is none. */
  #deleverage(row: number, price: number): boolean {
    const { rows, orders, clearing, events, matcher } = this.#state
    const other = counterpartyOf(this.#state, row)
    if (other === -1) return false
    const lots = Math.min(Math.abs(rows.quantity[row] as number), Math.abs(rows.quantity[other] as number))
    const own = this.#enter(row, price, lots, 'adl_autoclose-')
    const theirs = this.#enter(other, price, lots, 'adl_autoclose-')
    const instrument = rows.instrument[row] as number
    const tradeId = (matcher.tradeIds[instrument] as number) + 1
    matcher.tradeIds[instrument] = tradeId
    this.#tellAccepted(own)
    this.#tellAccepted(theirs)
    const at = events.append(EVENT.fill)
    const behind = events.append(EVENT.fill)
    this.#writeFill(own, at, lots, price, tradeId)
    this.#writeFill(theirs, behind, lots, price, tradeId)
    clearing.settleAside(own, theirs, at)
    orders.close(own)
    orders.close(theirs)
    return true
  }

  #writeFill(slot: number, at: number, lots: number, price: number, tradeId: number): void {
    const { orders, time } = this.#state
    const { cells } = this.#state.events
    orders.filled[slot] = lots
    orders.remaining[slot] = 0
    orders.status[slot] = STATUS.filled
    cells[at + FIELD.time] = time[0] as number
    cells[at + FIELD.instrument] = orders.instrument[slot] as number
    cells[at + FIELD.account] = orders.account[slot] as number
    cells[at + FIELD.slot] = slot
    cells[at + FIELD.orderId] = orders.id[slot] as number
    cells[at + FIELD.side] = orders.side[slot] as number
    cells[at + FIELD.price] = price
    cells[at + FIELD.quantity] = lots
    cells[at + FIELD.filled] = lots
    cells[at + FIELD.status] = STATUS.filled
    cells[at + FIELD.tradeId] = tradeId
    orders.addValue(slot, cells, at)
  }

  #tellAccepted(slot: number): void {
    const { orders } = this.#state
    orders.status[slot] = STATUS.new
    this.#tellOrder(slot, EVENT.accepted)
  }

  #tellOrder(slot: number, kind: number): void {
    const { orders, events, time } = this.#state
    const at = events.append(kind)
    const { cells } = events
    cells[at + FIELD.time] = time[0] as number
    cells[at + FIELD.instrument] = orders.instrument[slot] as number
    cells[at + FIELD.account] = orders.account[slot] as number
    cells[at + FIELD.slot] = slot
    cells[at + FIELD.orderId] = orders.id[slot] as number
    cells[at + FIELD.side] = orders.side[slot] as number
    cells[at + FIELD.price] = orders.price[slot] as number
    cells[at + FIELD.quantity] = orders.quantity[slot] as number
    cells[at + FIELD.filled] = orders.filled[slot] as number
    cells[at + FIELD.status] = orders.status[slot] as number
  }

  /** Takes the fee out of what is `left` of the margin, or fills up what is missing. */
  #settleUp(account: number, asset: number, fee: bigint, left: bigint): void {
    const due = left < 0n ? left : fee < left ? fee : left
    if (due === 0n) return
    const { wallets, events, time, crowdAccounts } = this.#state
    this.#amount.set(0, -due)
    wallets.insure(account, asset, this.#amount, 0)
    if (account < crowdAccounts) return
    const at = events.append(EVENT.balance)
    const { cells } = events
    cells[at + FIELD.time] = time[0] as number
    cells[at + FIELD.instrument] = -1
    cells[at + FIELD.account] = account
    cells[at + FIELD.detail] = REASON.insuranceClear
    cells[at + FIELD.amount] = this.#amount.toNumber(0)
    cells[at + FIELD.asset] = asset
  }
}
