/** The truth where there are no control routes: signed requests of our own, beside the client that is tried. */
import { createHmac } from 'node:crypto'
import { orderState } from './clients/client.ts'
import type { Access, PositionSide, ToldBook, VenueName } from './clients/client.ts'
import { bookOf, numberOf, replies, reply, textOf } from './clients/raw.ts'
import type { Reply } from './clients/raw.ts'
import type { ConditionalState, TrueFill, TrueOrder, TruePosition, Truth } from './truth.ts'

const CONDITIONAL_STATES: Readonly<Record<string, ConditionalState>> = {
  NEW: 'waiting',
  TRIGGERING: 'triggered',
  TRIGGERED: 'triggered',
  FINISHED: 'triggered',
  CANCELED: 'canceled',
  EXPIRED: 'canceled',
  REJECTED: 'refused',
}

export class RestTruth implements Truth {
  readonly #access: Access
  readonly #venue: VenueName

  /** Fills before this are of no card. */
  readonly #since = Date.now()

  constructor(venue: VenueName, access: Access) {
    this.#venue = venue
    this.#access = access
  }

  async order(symbol: string, id: string): Promise<TrueOrder | undefined> {
    const rows = replies(await this.#signed(this.#path('allOrders'), { symbol }))
    return rows.map(orderOf).find((order) => order.id === id)
  }

  async openOrders(symbol: string): Promise<readonly TrueOrder[]> {
    return replies(await this.#signed(this.#path('openOrders'), { symbol })).map(orderOf)
  }

  async fills(symbol: string): Promise<readonly TrueFill[]> {
    const futures = this.#venue === 'futures'
    const rows = replies(
      await this.#signed(this.#path(futures ? 'userTrades' : 'myTrades'), {
        symbol,
        startTime: String(this.#since),
      }),
    )
    return rows.map((row) => ({
      orderId: textOf(row, 'orderId'),
      price: numberOf(row, 'price'),
      quantity: numberOf(row, 'qty'),
      fee: numberOf(row, 'commission'),
      maker: row[futures ? 'maker' : 'isMaker'] === true,
    }))
  }

  async wallet(asset: string): Promise<number> {
    if (this.#venue === 'spot') {
      const rows = replies(reply(await this.#signed('/api/v3/account', {}))['balances'])
      const row = rows.find((one) => one['asset'] === asset)
      return row === undefined ? 0 : numberOf(row, 'free') + numberOf(row, 'locked')
    }
    const row = replies(await this.#signed('/fapi/v3/balance', {})).find((one) => one['asset'] === asset)
    return row === undefined ? 0 : numberOf(row, 'balance')
  }

  async book(symbol: string): Promise<ToldBook> {
    return bookOf(reply(await this.#get(`${this.#path('depth')}?symbol=${symbol}&limit=100`)))
  }

  async conditional(symbol: string, id: string): Promise<ConditionalState | undefined> {
    const rows = replies(await this.#signed('/fapi/v1/allAlgoOrders', { symbol }))
    const row = rows.find((one) => textOf(one, 'algoId') === id)
    return row === undefined ? undefined : CONDITIONAL_STATES[textOf(row, 'algoStatus')]
  }

  async position(symbol: string, side: PositionSide): Promise<TruePosition | undefined> {
    const rows = replies(await this.#signed('/fapi/v2/positionRisk', { symbol }))
    const row = rows.find((one) => one['positionSide'] === side)
    if (row === undefined || numberOf(row, 'positionAmt') === 0) return undefined
    return {
      quantity: numberOf(row, 'positionAmt'),
      isolated: row['marginType'] === 'isolated',
      isolatedWallet: numberOf(row, 'isolatedWallet'),
    }
  }

  async leverage(symbol: string): Promise<number> {
    const [row] = replies(await this.#signed('/fapi/v1/symbolConfig', { symbol }))
    return numberOf(row ?? {}, 'leverage')
  }

  async hedgeMode(): Promise<boolean> {
    return reply(await this.#signed('/fapi/v1/positionSide/dual', {}))['dualSidePosition'] === true
  }

  #path(name: string): string {
    return `${this.#venue === 'futures' ? '/fapi/v1/' : '/api/v3/'}${name}`
  }

  #signed(path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
    const all = { ...parameters, recvWindow: '10000', timestamp: String(Date.now()) }
    const query = new URLSearchParams(all).toString()
    const signature = createHmac('sha256', this.#access.secret).update(query).digest('hex')
    return this.#get(`${path}?${query}&signature=${signature}`)
  }

  async #get(target: string): Promise<unknown> {
    const headers = { 'X-MBX-APIKEY': this.#access.apiKey }
    const response = await fetch(this.#access[this.#venue].rest + target, { headers })
    const told: unknown = await response.json()
    if (response.status !== 200) throw new Error(`${target.split('?')[0]}: ${JSON.stringify(told)}`)
    return told
  }
}

function orderOf(row: Reply): TrueOrder {
  return {
    id: textOf(row, 'orderId'),
    state: orderState(textOf(row, 'status')),
    side: row['side'] === 'BUY' ? 'BUY' : 'SELL',
    price: numberOf(row, 'price'),
    quantity: numberOf(row, 'origQty'),
    filled: numberOf(row, 'executedQty'),
  }
}
