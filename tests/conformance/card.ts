/**
 * A card: one thing that a trading client does, tried through several client libraries, and held against the venue's truth.
 * In: a stage (a client, the truth beside it, and the operator's hand where there is one). Out: nothing, or an AssertionError.
 */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { CLIENT_NAMES } from './clients/client.ts'
import type { Client, ClientName, FuturesClient, OrderWish, Side, SpotClient, VenueName } from './clients/client.ts'
import type { Control } from './control.ts'
import type { Truth } from './truth.ts'

export interface Stage<One extends Client = Client> {
  readonly client: One
  readonly truth: Truth
  /** A market that trades. */
  readonly symbol: string
  /** Name of the client's account. */
  readonly account: string
  /** The operator's side; only cards that say `control` may ask for it. */
  readonly control: Control
  /** Another client of the same library and account, closed with the first. */
  readonly another: (access: { readonly apiKey?: string; readonly secret?: string }) => One
}

interface CardFacts {
  readonly number: number
  readonly title: string
  readonly clients: readonly ClientName[]
  /** Needs the box: mark prices, halts and faults at will, or an account without a past. */
  readonly control: boolean
  /** Leaves the venue in a state that no other card could run in. */
  readonly ownBox: boolean
}

export type Card = CardFacts &
  (
    | { readonly venue: 'futures'; readonly run: (stage: Stage<FuturesClient>) => Promise<void> }
    | { readonly venue: 'spot'; readonly run: (stage: Stage<SpotClient>) => Promise<void> }
  )

interface CardOptions {
  readonly clients?: readonly ClientName[]
  readonly control?: boolean
  readonly ownBox?: boolean
}

export function futuresCard(
  number: number,
  title: string,
  run: (stage: Stage<FuturesClient>) => Promise<void>,
  { clients = CLIENT_NAMES, ownBox = false, control = ownBox }: CardOptions = {},
): Card {
  return { number, title, venue: 'futures', clients, control, ownBox, run }
}

export function spotCard(
  number: number,
  title: string,
  run: (stage: Stage<SpotClient>) => Promise<void>,
  { clients = CLIENT_NAMES, ownBox = false, control = ownBox }: CardOptions = {},
): Card {
  return { number, title, venue: 'spot', clients, control, ownBox, run }
}

/** Quantity of BTC that no filter minds. */
export const QUANTITY = 0.01
/** How long a card waits for what must come. */
const PATIENCE_MS = 8000
const LOOK_EVERY_MS = 10

/** Waits until `look` finds something; an assertion that names `what` where it never does. */
export async function eventually<Found>(
  what: string,
  look: () => Found | undefined | false | Promise<Found | undefined | false>,
): Promise<Found> {
  const deadline = Date.now() + PATIENCE_MS
  while (Date.now() < deadline) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    await sleep(LOOK_EVERY_MS)
  }
  assert.fail(`${what} did not come within ${PATIENCE_MS} ms`)
}

/** A price in whole dollars, some percent below the best bid, or above the best ask, where nothing trades. */
export async function awayPrice({ truth, symbol }: Stage, side: Side, percent = 2): Promise<number> {
  const { bids, asks } = await truth.book(symbol)
  return side === 'BUY'
    ? Math.floor((bids[0]?.[0] ?? 0) * (1 - percent / 100))
    : Math.ceil((asks[0]?.[0] ?? 0) * (1 + percent / 100))
}

/** A price in whole dollars at which an order of a few dollars is filled at once. */
export async function crossingPrice({ truth, symbol }: Stage, side: Side): Promise<number> {
  const { bids, asks } = await truth.book(symbol)
  return side === 'BUY' ? Math.ceil((asks[0]?.[0] ?? 0) * 1.002) : Math.floor((bids[0]?.[0] ?? 0) * 0.998)
}

/** A limit order that rests. */
export async function restingWish(stage: Stage, side: Side, percent = 2): Promise<OrderWish & { price: number }> {
  const price = await awayPrice(stage, side, percent)
  return { symbol: stage.symbol, side, type: 'LIMIT', quantity: QUANTITY, price }
}

/** A market order. */
export function marketWish({ symbol }: Stage, side: Side, quantity: number = QUANTITY): OrderWish {
  return { symbol, side, type: 'MARKET', quantity }
}

/** Asserts that a call is refused with one of these codes of the venue, and that the client tells that code. */
export async function refused({ client }: Stage, call: Promise<unknown>, ...codes: readonly number[]): Promise<void> {
  let told: unknown
  try {
    told = await call
  } catch (error) {
    const code = client.codeOf(error)
    if (code === undefined) throw error
    assert.ok(codes.includes(code), `refused with ${code}, not with ${codes.join(' or ')}`)
    return
  }
  assert.fail(`not refused with ${codes.join(' or ')} but answered: ${JSON.stringify(told)}`)
}

/** Asserts that nothing of the account is left in the book and that it has no fill. */
export async function untouched({ truth, symbol }: Stage): Promise<void> {
  assert.deepEqual(await truth.openOrders(symbol), [])
  assert.deepEqual(await truth.fills(symbol), [])
}

/** Both prices are the same up to what a double forgets. */
export function near(actual: number, expected: number, what: string): void {
  assert.ok(
    Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${what}: ${actual}, not ${expected}`,
  )
}

export type { VenueName }
