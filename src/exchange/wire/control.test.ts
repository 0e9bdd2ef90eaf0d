import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { BareVenue } from '../../testing/bare-venue.ts'
import { nodeSignatures } from '../../node/signatures.ts'
import { secretText } from '../../node/secrets.ts'
import { Box } from '../box/box.ts'
import { BoxHost } from '../box/box-host.ts'
import { firstSymbols, marketsOf } from '../box/markets.ts'
import { addControl } from './control.ts'
import { type Truth, bookTruth } from './control-truth.ts'
import { FaultBoard } from './faults.ts'
import { FUTURES_LIMIT_TEXTS, FUTURES_ORDERS, FUTURES_WEIGHT, OrderCounts, RequestWeights } from './rate-limits.ts'
import { strikeRequests } from './rest-faults.ts'
import { KeyRing } from './security.ts'
import { createRestServer } from './server.ts'

const START = 1_795_216_080_000_000

class World {
  now = START
  offset = 0
  readonly lines: string[] = []
  readonly faults: FaultBoard = new FaultBoard()
  readonly keys: KeyRing = new KeyRing(nodeSignatures)
  readonly box: Box<BareVenue, BareVenue>
  executed = 0
  url = ''

  constructor() {
    const markets = marketsOf(firstSymbols(2))
    this.box = new Box({
      seed: 1,
      markets,
      futures: new BareVenue(markets.map(({ futures }) => futures)),
      spot: new BareVenue(markets.map(({ spot }) => spot)),
      startTime: START,
      speed: 1,
    })
  }

  async listen(context: TestContext): Promise<void> {
    const { box, keys, faults } = this
    const journal = { append: (line: string) => void this.lines.push(line), reach: () => undefined }
    const host = new BoxHost(box, { nowMicros: () => this.now + this.offset }, journal)
    const app = createRestServer({
      routes: [
        { method: 'POST', path: '/order', security: 'none', weight: 1, run: () => `{"n":${++this.executed}}` },
        { method: 'GET', path: '/order', security: 'none', weight: 1, run: () => `{"n":${this.executed}}` },
      ],
      dialect: 'futures',
      keys,
      turns: host.futures,
      weights: new RequestWeights(FUTURES_WEIGHT, FUTURES_LIMIT_TEXTS),
      fundingPool: undefined,
      orders: new OrderCounts(FUTURES_ORDERS),
      onFault: (error) => assert.fail(String(error)),
    })
    const nothing = (): unknown => []
    const truth = (venue: BareVenue): Truth => ({
      account: nothing,
      orders: nothing,
      fills: nothing,
      ledger: nothing,
      book: (symbol) => bookTruth(venue, symbol),
    })
    strikeRequests(app, faults, 'futures', (milliseconds) => wait(milliseconds))
    addControl(app, {
      host,
      keys,
      faults,
      secret: secretText,
      disconnect: () => undefined,
      offsetClock: (microseconds) => (this.offset = microseconds),
      truth: { futures: truth(box.futures), spot: truth(box.spot) },
    })
    this.url = await app.listen({ host: '127.0.0.1', port: 0 })
    context.after(() => app.close())
  }

  async ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
    const reply = await fetch(`${this.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: reply.status, body: (await reply.json()) as Record<string, unknown> }
  }
}

async function newWorld(context: TestContext): Promise<World> {
  const world = new World()
  await world.listen(context)
  return world
}

test('an account opened by control has money, a key that works, and a place in the journal', async (t) => {
  const world = await newWorld(t)
  const opened = await world.ask('POST', '/sim/accounts', {
    name: 'anna',
    futures: { USDT: '1000.5' },
    spot: { BTC: '1' },
  })
  assert.equal(opened.status, 200)
  const { apiKey, secret, account } = opened.body
  assert.ok(typeof apiKey === 'string' && typeof secret === 'string')
  assert.equal(world.keys.admit(apiKey, '127.0.0.1', true), world.keys.admit(apiKey, '::1', false))
  assert.deepEqual((await world.ask('GET', '/sim/accounts')).body, [{ name: 'anna', account, keys: [apiKey] }])
  assert.equal(world.lines.length, 4)
  assert.ok(world.lines.some((line) => line.includes('"amount":"1000.5"')))
  const again = await world.ask('POST', '/sim/accounts', { name: 'anna' })
  assert.deepEqual(again, { status: 400, body: { error: 'there is an account anna already' } })
})

test('wrong control requests name the field', async (t) => {
  const world = await newWorld(t)
  const wrong: readonly (readonly [string, unknown, string])[] = [
    ['accounts', {}, 'name is missing'],
    ['accounts', { name: 'x', futures: { USDT: 1 } }, 'futures.USDT is a decimal number as text, such as "1000.5"'],
    ['accounts', { nmae: 'x', name: 'y' }, 'there is no field nmae; fields are name, futures, spot'],
    ['speed', { speed: -1 }, 'speed is a number from 0 to 1000'],
    ['halt', { venue: 'moon' }, 'venue is one of futures, spot'],
    ['halt', { venue: 'spot', symbol: 'NONE' }, 'there is no symbol NONE'],
    ['keys', { account: 'nobody' }, 'there is no account nobody'],
    [
      'faults',
      { kind: 'flood' },
      'kind is one of drop-before, drop-after, delay-before, delay-after, refuse, mask, stale, lose, repeat, swap, mute',
    ],
    ['mark', [], 'the body is no JSON object'],
  ]
  for (const [path, body, error] of wrong)
    assert.deepEqual(await world.ask('POST', `/sim/${path}`, body), { status: 400, body: { error } })
})

test('the market halts, goes on for as long as it is told, and runs at another speed', async (t) => {
  const world = await newWorld(t)
  await world.ask('POST', '/sim/speed', { speed: 0 })
  const worth = [...world.box.fair.price]
  world.now += 60_000_000
  await world.ask('GET', '/sim/status')
  assert.deepEqual([...world.box.fair.price], worth)
  await world.ask('POST', '/sim/run', { milliseconds: 1000 })
  assert.notDeepEqual([...world.box.fair.price], worth)
  assert.equal(world.box.time, START + 60_000_000)
})

test('the venue’s clock is set off, and never runs back', async (t) => {
  const world = await newWorld(t)
  const ahead = await world.ask('POST', '/sim/clock', { milliseconds: 5000 })
  assert.equal(ahead.body['time'], START + 5_000_000)
  const behind = await world.ask('POST', '/sim/clock', { milliseconds: -5000 })
  assert.equal(behind.body['time'], START + 5_000_000)
  world.now += 20_000_000
  assert.equal((await world.ask('GET', '/sim/status')).body['time'], START + 15_000_000)
})

test('a page shows how it is doing, and may load nothing from elsewhere', async (t) => {
  const world = await newWorld(t)
  const page = await fetch(`${world.url}/sim/`)
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  assert.match(await page.text(), /Simulated exchange/)
})

test('the true book is told as clients see prices', async (t) => {
  const world = await newWorld(t)
  const { body } = await world.ask('GET', '/sim/truth/book?venue=futures&symbol=BTCUSDT')
  const { bids, asks } = body as { readonly bids: string[][]; readonly asks: string[][] }
  assert.ok(bids.length > 20 && asks.length > 20)
  assert.match(bids[0]?.[0] ?? '', /^\d+\.\d0$/)
  assert.equal((await world.ask('GET', '/sim/truth/book?venue=futures&symbol=NO')).status, 400)
})

test('a dropped reply was executed or not, as the fault says', async (t) => {
  const world = await newWorld(t)
  await world.ask('POST', '/sim/faults', { kind: 'drop-before', path: '/order' })
  await assert.rejects(world.ask('POST', '/order'))
  assert.equal(world.executed, 0)
  await world.ask('POST', '/sim/faults', { kind: 'drop-after', path: '/order' })
  await assert.rejects(world.ask('POST', '/order'))
  assert.equal(world.executed, 1)
  assert.deepEqual((await world.ask('POST', '/order')).body, { n: 2 })
})

test('an error can hide an execution, and a refusal prevents it', async (t) => {
  const world = await newWorld(t)
  await world.ask('POST', '/sim/faults', { kind: 'mask', path: '/order', status: 503 })
  const masked = await world.ask('POST', '/order')
  assert.deepEqual(masked, {
    status: 503,
    body: { code: -1007, msg: 'Timeout waiting for response from backend server.' },
  })
  assert.equal(world.executed, 1)
  await world.ask('POST', '/sim/faults', {
    kind: 'refuse',
    method: 'POST',
    status: 418,
    code: -1003,
    message: 'banned',
  })
  assert.deepEqual(await world.ask('POST', '/order'), { status: 418, body: { code: -1003, msg: 'banned' } })
  assert.equal(world.executed, 1)
})

test('a stale query tells what it told before, whoever signed it when', async (t) => {
  const world = await newWorld(t)
  await world.ask('POST', '/sim/faults', { kind: 'stale', method: 'GET', count: 2 })
  assert.deepEqual((await world.ask('GET', '/order?id=1&timestamp=1')).body, { n: 0 })
  await world.ask('POST', '/order')
  assert.deepEqual((await world.ask('GET', '/order?id=1&timestamp=2')).body, { n: 0 })
  assert.deepEqual((await world.ask('GET', '/order?id=1&timestamp=3')).body, { n: 1 })
})

test('faults strike as often as ordered, in their order, and can be taken back', async (t) => {
  const world = await newWorld(t)
  await world.ask('POST', '/sim/faults', { kind: 'refuse', count: 2, status: 500 })
  await world.ask('POST', '/sim/faults', { kind: 'delay-after', milliseconds: 60, count: 5 })
  assert.equal((await world.ask('POST', '/order')).status, 500)
  assert.equal((await world.ask('POST', '/order')).status, 500)
  const before = performance.now()
  assert.equal((await world.ask('POST', '/order')).status, 200)
  assert.ok(performance.now() - before > 50)
  await world.ask('DELETE', '/sim/faults', {})
  assert.deepEqual((await world.ask('GET', '/sim/faults')).body, [])
})
