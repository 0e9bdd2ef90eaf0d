/**
 * The exchange in a box as a target: started in a process of its own on free ports, with its control routes.
 * Owns that process. Each stage has an account of its own, so that no card sees another one's orders.
 */
import { randomUUID } from 'node:crypto'
import { ExchangeProcess } from '../../src/testing/exchange-process.ts'
import type { Card } from './card.ts'
import type { ClientName, VenueName } from './clients/client.ts'
import { Control, getJson } from './control.ts'
import { RestTruth } from './rest-truth.ts'
import { SYMBOL, performCard } from './stage.ts'
import type { Target } from './stage.ts'
import { BoxTruth } from './truth.ts'
import type { Scale } from './truth.ts'

export class BoxTarget implements Target {
  readonly name = 'box'
  readonly process: ExchangeProcess
  readonly control: Control
  /** Where the truth comes from: the venue's state, or signed requests as on a real venue. */
  readonly truth: 'control' | 'requests'
  readonly #scales: Readonly<Record<VenueName, readonly Scale[]>>

  private constructor(
    process: ExchangeProcess,
    truth: 'control' | 'requests',
    scales: Readonly<Record<VenueName, readonly Scale[]>>,
  ) {
    this.process = process
    this.truth = truth
    this.control = new Control(process.document.futures.rest)
    this.#scales = scales
  }

  static async start(truth: 'control' | 'requests' = 'control'): Promise<BoxTarget> {
    const process = await ExchangeProcess.start(['--control', '--symbols', `${SYMBOL},ETHUSDT,BNBUSDT`])
    const { futures, spot } = process.document
    const scales = {
      futures: scalesOf(await getJson(futures.rest, '/fapi/v1/exchangeInfo')),
      spot: scalesOf(await getJson(spot.rest, '/api/v3/exchangeInfo')),
    }
    return new BoxTarget(process, truth, scales)
  }

  async run(card: Card, client: ClientName): Promise<void> {
    if (!card.ownBox) return await this.#runHere(card, client)
    const box = await BoxTarget.start(this.truth)
    try {
      await box.#runHere(card, client)
    } finally {
      await box.stop()
    }
  }

  async #runHere(card: Card, client: ClientName): Promise<void> {
    const name = `${card.number}-${client}-${randomUUID().slice(0, 8)}`
    const { account, apiKey, secret } = await this.control.openAccount(name)
    const { futures, spot } = this.process.document
    const access = { futures, spot, apiKey, secret }
    const truth =
      this.truth === 'control'
        ? new BoxTruth(this.control, card.venue, account, this.#scales[card.venue])
        : new RestTruth(card.venue, access)
    const parts = { truth, control: this.control, account: name }
    await performCard(card, client, access, parts)
  }

  async stop(): Promise<void> {
    await this.process.end('SIGTERM')
  }
}

/** Counts of each market in one unit: futures tell the decimals, spot's follow from its filters. */
function scalesOf(info: Readonly<Record<string, unknown>>): readonly Scale[] {
  const symbols = info['symbols'] as Readonly<Record<string, unknown>>[]
  return symbols.map((row) => {
    const filters = row['filters'] as Readonly<Record<string, string>>[]
    const decimals = (type: string, field: string): number => {
      const text = filters.find((one) => one['filterType'] === type)?.[field] ?? ''
      return text.replace(/0+$/, '').split('.')[1]?.length ?? 0
    }
    const price = row['pricePrecision'] ?? decimals('PRICE_FILTER', 'tickSize')
    const quantity = row['quantityPrecision'] ?? decimals('LOT_SIZE', 'stepSize')
    return { symbol: String(row['symbol']), price: 10 ** Number(price), quantity: 10 ** Number(quantity) }
  })
}
