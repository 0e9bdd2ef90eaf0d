/**
 * Binance's demo venue as a target: its addresses, one account with a key of the operator's, the truth by signed requests.
 * Cards that need the operator's hand on the venue do not run here. Orders and positions that a card leaves are closed
 * before the next.
 */
import type { Access, Addresses, ClientName } from './clients/client.ts'
import { newFuturesClient, newSpotClient, performCard, SYMBOL } from './stage.ts'
import type { Target } from './stage.ts'
import type { Card } from './card.ts'
import { Control } from './control.ts'
import { RestTruth } from './rest-truth.ts'

const FUTURES: Addresses = {
  rest: 'https://demo-fapi.binance.com',
  streams: 'wss://demo-fstream.binance.com',
  messages: 'wss://testnet.binancefuture.com/ws-fapi/v1',
}
const SPOT: Addresses = {
  rest: 'https://demo-api.binance.com',
  streams: 'wss://demo-stream.binance.com',
  messages: 'wss://demo-ws-api.binance.com/ws-api/v3',
}

export class DemoTarget implements Target {
  readonly name = 'binance-demo'
  readonly #access: Access

  constructor(apiKey: string, secret: string) {
    this.#access = { futures: FUTURES, spot: SPOT, apiKey, secret }
  }

  async run(card: Card, client: ClientName): Promise<void> {
    await this.#tidy(card)
    const truth = new RestTruth(card.venue, this.#access)
    // Whoever asks for control by mistake hears that there is none at this address.
    const control = new Control('http://localhost:0')
    await performCard(card, client, this.#access, { truth, control, account: 'demo' })
  }

  async stop(): Promise<void> {}

  async #tidy(card: Card): Promise<void> {
    if (card.venue === 'spot') {
      const client = newSpotClient('connector', this.#access)
      if ((await client.openOrders(SYMBOL)).length > 0) await client.cancelAll(SYMBOL)
      return
    }
    const client = newFuturesClient('connector', this.#access)
    await client.cancelAll(SYMBOL)
    for (const id of await client.openConditionals(SYMBOL)) await client.cancelConditional(SYMBOL, id)
    const position = await client.position(SYMBOL, 'BOTH')
    if (position !== undefined)
      await client.place({
        symbol: SYMBOL,
        side: position.quantity > 0 ? 'SELL' : 'BUY',
        type: 'MARKET',
        quantity: Math.abs(position.quantity),
        reduceOnly: true,
      })
  }
}
