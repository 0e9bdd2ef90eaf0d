/** The operator's side of a box: accounts, mark prices, halts, faults, disconnections. */
import type { VenueName } from './clients/client.ts'

/** An account that was opened for one card. */
export interface OpenedAccount {
  readonly account: number
  readonly apiKey: string
  readonly secret: string
}

export class Control {
  /** Address of the futures server, which answers for both venues. */
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  async openAccount(name: string): Promise<OpenedAccount> {
    const spot = { USDT: '100000', BTC: '2' }
    return (await this.#post('accounts', { name, futures: { USDT: '100000' }, spot })) as OpenedAccount
  }

  /** Holds the mark price of a market; undefined lets go of it. */
  async mark(symbol: string, price: number | undefined): Promise<void> {
    await this.#post('mark', { symbol, price: price === undefined ? '' : String(price) })
  }

  /** How fast the market inside runs; 0 halts it. */
  async speed(speed: number): Promise<void> {
    await this.#post('speed', { speed })
  }

  /** Sets the venue's clock off by so much. */
  async clock(milliseconds: number): Promise<void> {
    await this.#post('clock', { milliseconds })
  }

  async halt(venue: VenueName, symbol: string, halted: boolean): Promise<void> {
    await this.#post('halt', { venue, symbol, halted })
  }

  async fault(order: Readonly<Record<string, string | number>>): Promise<void> {
    await this.#post('faults', order)
  }

  async clearFaults(): Promise<void> {
    const response = await fetch(`${this.url}/sim/faults`, { method: 'DELETE', body: '{}' })
    if (response.status !== 200) throw new Error(`/sim/faults: ${await response.text()}`)
  }

  async disconnect(venue: VenueName): Promise<void> {
    await this.#post('disconnect', { venue })
  }

  async addKey(account: string, key: Readonly<Record<string, unknown>>): Promise<{ apiKey: string; secret?: string }> {
    return (await this.#post('keys', { account, ...key })) as { apiKey: string; secret?: string }
  }

  async #post(path: string, body: object): Promise<unknown> {
    const response = await fetch(`${this.url}/sim/${path}`, { method: 'POST', body: JSON.stringify(body) })
    const told: unknown = await response.json()
    if (response.status !== 200) throw new Error(`/sim/${path}: ${JSON.stringify(told)}`)
    return told
  }
}

/** A reply in JSON. Throws for any status but 200. */
export async function getJson(url: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url + path)
  const told: unknown = await response.json()
  if (response.status !== 200) throw new Error(`${path}: ${JSON.stringify(told)}`)
  return told as Readonly<Record<string, unknown>>
}
