/** Replies have every field of the recorded ones, with values of the same kind: numbers as texts where the venue does so. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { BUY, SELL } from '../venue/requests.ts'
import { dataTest } from '../../testing/data.ts'
import { RestWorld, USER } from '../../testing/rest-world.ts'

const RECORDING = 'venue-payloads/binance_http.json.gz'

interface Recorded {
  readonly data: unknown
}
type Routes = Readonly<Record<string, Readonly<Record<string, readonly Recorded[]>>>>

/** Differences that are right: the part of the reply, and why. */
const KNOWN: readonly (readonly [difference: string, why: string])[] = [
  ['/fapi/v1/exchangeInfo symbols[].underlyingSubType: an empty list', 'as the venue has it for many symbols'],
  ['/api/v3/aggTrades [].: missing', 'a field without a name, which the recorder made'],
]

/** What each route is asked with. */
const QUESTIONS: readonly (readonly [route: string, parameters: Readonly<Record<string, string>>, signed: boolean])[] =
  [
    ['/api/v3/account', {}, true],
    ['/api/v3/aggTrades', { symbol: 'BTCUSDT' }, false],
    ['/api/v3/allOrders', { symbol: 'BTCUSDT' }, true],
    ['/api/v3/avgPrice', { symbol: 'BTCUSDT' }, false],
    ['/api/v3/depth', { symbol: 'BTCUSDT', limit: '5' }, false],
    ['/api/v3/exchangeInfo', {}, false],
    ['/api/v3/historicalTrades', { symbol: 'BTCUSDT' }, false],
    ['/api/v3/klines', { symbol: 'BTCUSDT', interval: '1m' }, false],
    ['/api/v3/openOrders', {}, true],
    ['/api/v3/order', { symbol: 'BTCUSDT', origClientOrderId: 'resting' }, true],
    ['/api/v3/ticker/24hr', { symbol: 'BTCUSDT' }, false],
    ['/api/v3/ticker/bookTicker', { symbol: 'BTCUSDT' }, false],
    ['/api/v3/ticker/price', { symbol: 'BTCUSDT' }, false],
    ['/api/v3/trades', { symbol: 'BTCUSDT' }, false],
    ['/fapi/v1/aggTrades', { symbol: 'BTCUSDT' }, false],
    ['/fapi/v1/depth', { symbol: 'BTCUSDT', limit: '5' }, false],
    ['/fapi/v1/exchangeInfo', {}, false],
    ['/fapi/v1/fundingRate', { symbol: 'BTCUSDT' }, false],
    ['/fapi/v1/klines', { symbol: 'BTCUSDT', interval: '1m' }, false],
    ['/fapi/v1/openInterest', { symbol: 'BTCUSDT' }, false],
    ['/fapi/v1/premiumIndex', { symbol: 'BTCUSDT' }, false],
    ['/fapi/v1/ticker/bookTicker', { symbol: 'BTCUSDT' }, false],
    ['/fapi/v1/ticker/price', { symbol: 'BTCUSDT' }, false],
    ['/fapi/v1/time', {}, false],
    ['/fapi/v1/trades', { symbol: 'BTCUSDT' }, false],
  ]

/** Both markets with trades, an open order of the user and a funding. */
async function busy(context: TestContext): Promise<RestWorld> {
  const world = new RestWorld()
  await world.listen(context)
  const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '76800' }
  await world.call('POST', '/api/v3/order', { ...order, newClientOrderId: 'resting' })
  for (const venue of [world.futures, world.spot]) {
    const step = venue === world.futures ? 10 : 1
    world.ask(venue, world.order(0, BUY, 7_690_000 + step, 10, USER))
    world.ask(venue, world.order(0, SELL, 7_690_000 - step, 10, USER))
  }
  // The next funding is less than nine hours away.
  for (let hour = 0; hour < 9; hour++) world.pass(3_600_000_000)
  return world
}

dataTest('replies are of the recorded shape', RECORDING, async (file, context) => {
  const parsed = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as { readonly routes?: Routes }
  const routes = parsed.routes ?? (parsed as Routes)
  const world = await busy(context)
  const differences: string[] = []
  for (const [route, parameters, signed] of QUESTIONS) {
    const query = new URLSearchParams(parameters).toString()
    const told = signed ? await world.call('GET', route, parameters) : await world.get(`${route}?${query}`)
    assert.equal(told.status, 200, `${route} ${told.text}`)
    const recorded = (routes[route]?.['GET'] ?? []).map(({ data }) => data).filter((data) => !isError(data))
    assert.ok(recorded.length > 0, `${route} is in the recording`)
    for (const data of recorded) {
      for (const difference of missingIn(unwrapped(told.body, data), data, ''))
        differences.push(`${route} ${difference}`)
    }
  }
  const known = KNOWN.map(([difference]) => difference)
  assert.deepEqual(
    [...new Set(differences)].filter((difference) => !known.includes(difference)),
    [],
  )
  assert.deepEqual(world.faults, [])
})

/** Some recordings ask for all symbols where the test asks for one, and the other way round. */
function unwrapped(ours: unknown, theirs: unknown): unknown {
  if (Array.isArray(theirs) && !Array.isArray(ours)) return [ours]
  return !Array.isArray(theirs) && Array.isArray(ours) ? (ours as unknown[])[0] : ours
}

function isError(data: unknown): boolean {
  return data === null || (typeof data === 'object' && 'code' in data && 'msg' in data)
}

/** What of `theirs` is not in `ours`, or is of another kind. Of lists the first elements are compared. */
function missingIn(ours: unknown, theirs: unknown, path: string): string[] {
  if (Array.isArray(theirs)) {
    if (!Array.isArray(ours)) return [`${path}: no list`]
    if (theirs.length === 0) return []
    if (ours.length === 0) return [`${path}: an empty list`]
    // A list of unlike things, such as a candle, has its places; others have any number of one kind.
    const isRow = typeof theirs[0] !== 'object' && !theirs.every((value) => kindOf(value) === 'text')
    if (!isRow) return missingIn(ours[0], theirs[0], `${path}[]`)
    return theirs.flatMap((value, at) => missingIn((ours as unknown[])[at], value, `${path}[${at}]`))
  }
  if (typeof theirs === 'object' && theirs !== null) {
    if (typeof ours !== 'object' || ours === null) return [`${path}: no object`]
    const mine = ours as Record<string, unknown>
    return Object.entries(theirs).flatMap(([name, value]) =>
      name in mine
        ? missingIn(mine[name], value, path === '' ? name : `${path}.${name}`)
        : [`${path}.${name}: missing`],
    )
  }
  return kindOf(ours) === kindOf(theirs) ? [] : [`${path}: ${kindOf(ours)} for ${kindOf(theirs)}`]
}

function kindOf(value: unknown): string {
  if (typeof value !== 'string') return typeof value
  return /^-?\d+(?:\.\d+)?$/.test(value) ? 'number as text' : 'text'
}
