/**
 * What is, beside what a client was told: the account's orders, fills, positions and money, from another way in.
 * On the box that way is its control routes, which read the venue's state itself; on a real venue (`rest-truth.ts`) signed
 * requests of our own.
 */
import { getJson } from './control.ts'
import type { Control } from './control.ts'
import type { OrderState, PositionSide, ToldBook, VenueName } from './clients/client.ts'

export interface TrueOrder {
  readonly id: string
  readonly state: OrderState
  readonly side: 'BUY' | 'SELL'
  readonly price: number
  readonly quantity: number
  readonly filled: number
}

export interface TrueFill {
  readonly orderId: string
  readonly price: number
  readonly quantity: number
  readonly fee: number
  readonly maker: boolean
}

export type ConditionalState = 'waiting' | 'triggered' | 'canceled' | 'refused'

export interface TruePosition {
  readonly quantity: number
  readonly isolated: boolean
  /** Margin of its own; 0 in cross margin. */
  readonly isolatedWallet: number
}

export interface Truth {
  order(symbol: string, id: string): Promise<TrueOrder | undefined>
  openOrders(symbol: string): Promise<readonly TrueOrder[]>
  fills(symbol: string): Promise<readonly TrueFill[]>
  /** Futures: the wallet. Spot: free and locked together. */
  wallet(asset: string): Promise<number>
  book(symbol: string): Promise<ToldBook>
  conditional(symbol: string, id: string): Promise<ConditionalState | undefined>
  position(symbol: string, side: PositionSide): Promise<TruePosition | undefined>
  leverage(symbol: string): Promise<number>
  hedgeMode(): Promise<boolean>
}

/** A market's scales, by which the control routes' counts are read. */
export interface Scale {
  readonly symbol: string
  readonly price: number
  readonly quantity: number
}

type Row = Readonly<Record<string, unknown>>

const STATES: readonly (OrderState | undefined)[] = [
  undefined,
  'open',
  'open',
  'filled',
  'canceled',
  'expired',
  undefined,
  'expired',
]
const CONDITIONAL_STATES: readonly (ConditionalState | undefined)[] = [
  undefined,
  'waiting',
  'triggered',
  'triggered',
  'triggered',
  'canceled',
  'refused',
  'canceled',
]
const POSITION_SIDES: readonly PositionSide[] = ['BOTH', 'LONG', 'SHORT']
const AMOUNT = 1e8

export class BoxTruth implements Truth {
  readonly #control: Control
  readonly #venue: VenueName
  readonly #account: number
  readonly #scales: readonly Scale[]

  constructor(control: Control, venue: VenueName, account: number, scales: readonly Scale[]) {
    this.#control = control
    this.#venue = venue
    this.#account = account
    this.#scales = scales
  }

  async order(symbol: string, id: string): Promise<TrueOrder | undefined> {
    const told = await this.#rows('orders')
    const lists = [told['open'], told['all'] ?? told['ended']] as Row[][]
    const found = lists.flat().find((row) => String(row['orderId']) === id)
    return found === undefined ? undefined : this.#order(found, symbol)
  }

  async openOrders(symbol: string): Promise<readonly TrueOrder[]> {
    const told = await this.#rows('orders')
    return this.#of(told['open'], symbol).map((row) => this.#order(row, symbol))
  }

  async fills(symbol: string): Promise<readonly TrueFill[]> {
    const { price, quantity } = this.#scale(symbol)
    return this.#of(await this.#ask('fills'), symbol).map((row) => ({
      orderId: String(row['orderId']),
      price: Number(row['price']) / price,
      quantity: Number(row['quantity']) / quantity,
      fee: Number(row['fee']) / AMOUNT,
      maker: row['maker'] === true || row['maker'] === 1,
    }))
  }

  async wallet(asset: string): Promise<number> {
    const rows = (await this.#rows('account'))['balances'] as Row[]
    if (this.#venue === 'spot') {
      const row = rows.find((one) => one['asset'] === asset)
      return (Number(row?.['free'] ?? 0) + Number(row?.['locked'] ?? 0)) / AMOUNT
    }
    // The futures venue of the box has one asset, which settles everything.
    return asset === 'USDT' ? Number(rows[0]?.['wallet'] ?? 0) / AMOUNT : 0
  }

  async book(symbol: string): Promise<ToldBook> {
    const told = await getJson(this.#control.url, `/sim/truth/book?venue=${this.#venue}&symbol=${symbol}`)
    const side = (rows: unknown): [number, number][] =>
      (rows as [string, string][]).map(([price, quantity]) => [Number(price), Number(quantity)])
    return { bids: side(told['bids']), asks: side(told['asks']) }
  }

  async conditional(symbol: string, id: string): Promise<ConditionalState | undefined> {
    const rows = this.#of((await this.#rows('orders'))['conditional'], symbol)
    const found = rows.find((row) => String(row['conditionalId']) === id)
    return CONDITIONAL_STATES[Number(found?.['status'] ?? 0)]
  }

  async position(symbol: string, side: PositionSide): Promise<TruePosition | undefined> {
    const rows = this.#of((await this.#rows('account'))['positions'], symbol)
    const row = rows.find((one) => POSITION_SIDES[Number(one['positionSide'])] === side)
    if (row === undefined || row['quantity'] === 0) return undefined
    return {
      quantity: Number(row['quantity']) / this.#scale(symbol).quantity,
      isolated: row['isolated'] === true,
      isolatedWallet: Number(row['isolatedWallet']) / AMOUNT,
    }
  }

  async leverage(symbol: string): Promise<number> {
    const [row] = this.#of((await this.#rows('account'))['positions'], symbol)
    return Number(row?.['leverage'] ?? Number.NaN)
  }

  async hedgeMode(): Promise<boolean> {
    return (await this.#rows('account'))['hedge'] === true
  }

  #order(row: Row, symbol: string): TrueOrder {
    const { price, quantity } = this.#scale(symbol)
    const state = STATES[Number(row['status'])]
    if (state === undefined) throw new Error(`order ${String(row['orderId'])} has status ${String(row['status'])}`)
    return {
      id: String(row['orderId']),
      state,
      side: row['side'] === 0 ? 'BUY' : 'SELL',
      price: Number(row['price']) / price,
      quantity: Number(row['quantity']) / quantity,
      filled: Number(row['filled']) / quantity,
    }
  }

  #scale(symbol: string): Scale {
    const found = this.#scales.find((scale) => scale.symbol === symbol)
    if (found === undefined) throw new Error(`the venue has no ${symbol}`)
    return found
  }

  /** Rows of one market. */
  #of(rows: unknown, symbol: string): Row[] {
    const instrument = this.#scales.findIndex((scale) => scale.symbol === symbol)
    return (rows as Row[]).filter((row) => row['instrument'] === instrument)
  }

  async #rows(what: string): Promise<Row> {
    return (await this.#ask(what)) as Row
  }

  #ask(what: string): Promise<unknown> {
    return getJson(this.#control.url, `/sim/truth/${what}?venue=${this.#venue}&account=${this.#account}`)
  }
}
