import assert from 'node:assert/strict'
import { test } from 'node:test'
import { order, spotVenue, stopOrder } from '../../testing/spot-driver.ts'
import { BUY, ORDER_KIND, SELL, TIME_IN_FORCE, type VenueRequest } from '../venue/requests.ts'
import { SpotUserFeed } from './spot-user-feed.ts'

/** Price 100.00 and one BTC in quanta and lots. */
const P100 = 10_000
const ONE = 100_000
const ALICE = 0
const BOB = 1

type Event = Record<string, unknown>

function world() {
  const venue = spotVenue()
  venue.recycle()
  const feed = new SpotUserFeed(venue)
  const heard: Event[] = []
  feed.watch(ALICE)
  const ask = (request: VenueRequest): void => {
    const { code, message } = venue.handle(request)
    assert.equal(code, 0, message)
    feed.read({
      tell(account, event, text) {
        assert.equal(account, ALICE)
        const message = JSON.parse(text) as Event
        assert.equal(message['e'], event)
        heard.push(message)
      },
    })
    venue.recycle()
  }
  return { venue, feed, ask, take: () => heard.splice(0), millis: Math.floor((venue.time[0] as number) / 1000) }
}

/** Keys of an executionReport without the conditional ones. */
const KEYS = 'e E s c S o f q p P F g C x X r i l z L n N T t I w m M O Z Y Q W V'.split(' ')
const pick = (event: Event | undefined, keys: string): unknown[] => keys.split(' ').map((key) => event?.[key])

test('a resting order is reported with what it locks', () => {
  const { ask, take, millis } = world()
  ask(order({ price: P100, quantity: ONE, clientId: 'my-s1' }))
  const [report, balances, ...rest] = take()
  assert.deepEqual(rest, [])
  assert.deepEqual(Object.keys(report ?? {}).sort(), KEYS.toSorted())
  const { i, ...facts } = report ?? {}
  assert.equal(typeof i, 'number')
  assert.deepEqual(facts, {
    e: 'executionReport',
    E: millis,
    s: 'BTCUSDT',
    c: 'my-s1',
    S: 'BUY',
    o: 'LIMIT',
    f: 'GTC',
    q: '1.00000000',
    p: '100.00000000',
    P: '0.00000000',
    F: '0.00000000',
    g: -1,
    C: '',
    x: 'NEW',
    X: 'NEW',
    r: 'NONE',
    l: '0.00000000',
    z: '0.00000000',
    L: '0.00000000',
    n: '0',
    N: null,
    T: millis,
    t: -1,
    I: 1,
    w: true,
    m: false,
    M: false,
    O: millis,
    Z: '0.00000000',
    Y: '0.00000000',
    Q: '0.00000000',
    W: millis,
    V: 'EXPIRE_MAKER',
  })
  assert.deepEqual(balances, {
    e: 'outboundAccountPosition',
    E: millis,
    u: millis,
    B: [
      { a: 'BTC', f: '1000.00000000', l: '0.00000000' },
      { a: 'USDT', f: '900.00000000', l: '100.00000000' },
    ],
  })
})

test('each fill is reported with what the order came to, the balances once behind them', () => {
  const { ask, take } = world()
  ask(order({ account: BOB, side: SELL, price: P100 - 100, quantity: ONE }))
  ask(order({ account: BOB, side: SELL, price: P100, quantity: ONE }))
  ask(order({ price: P100, quantity: 3 * ONE, timeInForce: TIME_IN_FORCE.ioc }))
  const events = take()
  assert.deepEqual(
    events.map((event) => pick(event, 'e x X z Z Y n N w eR')),
    [
      ['executionReport', 'NEW', 'NEW', '0.00000000', '0.00000000', '0.00000000', '0', null, true, undefined],
      [
        'executionReport',
        'TRADE',
        'PARTIALLY_FILLED',
        '1.00000000',
        '99.00000000',
        '99.00000000',
        '0.00100000',
        'BTC',
        false,
        undefined,
      ],
      [
        'executionReport',
        'TRADE',
        'PARTIALLY_FILLED',
        '2.00000000',
        '199.00000000',
        '100.00000000',
        '0.00100000',
        'BTC',
        false,
        undefined,
      ],
      [
        'executionReport',
        'EXPIRED',
        'EXPIRED',
        '2.00000000',
        '199.00000000',
        '0.00000000',
        '0',
        null,
        false,
        'UNFILLED_IOC_QUANTITY_EXPIRED',
      ],
      ['outboundAccountPosition', ...Array<undefined>(9).fill(undefined)],
    ],
  )
  assert.deepEqual(events.at(-1)?.['B'], [
    { a: 'BTC', f: '1001.99800000', l: '0.00000000' },
    { a: 'USDT', f: '801.00000000', l: '0.00000000' },
  ])
})

test('a cancellation has an id of its own beside the order’s', () => {
  const { ask, take } = world()
  ask(order({ price: P100, quantity: ONE, clientId: 'mine' }))
  take()
  ask({ kind: 'cancel', account: ALICE, instrument: 0, orderId: 0, clientId: 'mine', cancelId: 'bye' })
  assert.deepEqual(pick(take()[0], 'x X c C w'), ['CANCELED', 'CANCELED', 'bye', 'mine', false])
})

test('a stop order is reported when it is placed, and again when it is set off', () => {
  const { ask, take } = world()
  ask(order({ account: BOB, price: 90 * 100, quantity: 5 * ONE }))
  ask(order({ account: BOB, side: SELL, price: P100, quantity: ONE }))
  ask(order({ account: 2, side: BUY, price: P100, quantity: ONE }))
  ask(stopOrder({ side: SELL, orderKind: ORDER_KIND.stopMarket, triggerPrice: 95 * 100, quantity: ONE }))
  assert.deepEqual(pick(take()[0], 'o x X P w W'), ['STOP_LOSS', 'NEW', 'NEW', '95.00000000', false, undefined])
  ask(order({ account: 2, side: SELL, price: 90 * 100, quantity: ONE }))
  const events = take().filter(({ e }) => e === 'executionReport')
  assert.deepEqual(
    events.map((event) => pick(event, 'x X')),
    [
      ['NEW', 'NEW'],
      ['TRADE', 'FILLED'],
    ],
  )
})

test('deposits are told with the balance that they leave', () => {
  const { ask, take, millis } = world()
  ask({ kind: 'transfer', account: ALICE, asset: 'BTC', amount: '1.5' })
  assert.deepEqual(take(), [
    { e: 'balanceUpdate', E: millis, a: 'BTC', d: '1.50000000', T: millis },
    {
      e: 'outboundAccountPosition',
      E: millis,
      u: millis,
      B: [{ a: 'BTC', f: '1001.50000000', l: '0.00000000' }],
    },
  ])
})

test('an order list is told of as it begins and ends, and the leg that did not take effect expires', () => {
  const { ask, take } = world()
  ask(order({ account: BOB, side: SELL, price: P100, quantity: ONE }))
  ask(order({ account: 2, price: P100, quantity: ONE }))
  ask({
    kind: 'place-list',
    account: ALICE,
    instrument: 0,
    clientId: 'list',
    above: order({ side: SELL, price: P100 + 100, quantity: ONE, timeInForce: TIME_IN_FORCE.gtx, clientId: 'profit' }),
    below: stopOrder({ side: SELL, price: P100 - 200, triggerPrice: P100 - 100, quantity: ONE, clientId: 'stop' }),
  })
  const placed = take()
  const list = placed.find(({ e }) => e === 'listStatus')
  const { E: _time, T: _transaction, O: legs, ...facts } = list ?? {}
  assert.deepEqual(facts, {
    e: 'listStatus',
    s: 'BTCUSDT',
    g: 1,
    c: 'OCO',
    l: 'EXEC_STARTED',
    L: 'EXECUTING',
    r: 'NONE',
    C: 'list',
  })
  assert.deepEqual(new Set((legs as Event[]).map(({ c }) => c)), new Set(['profit', 'stop']))
  const reports = (events: Event[]): unknown[] =>
    events.filter(({ e }) => e === 'executionReport').map((event) => pick(event, 'c o x w g eR'))
  assert.deepEqual(
    reports(placed).sort((one, other) => (String(one) < String(other) ? -1 : 1)),
    [
      ['profit', 'LIMIT_MAKER', 'NEW', true, 1, undefined],
      ['stop', 'STOP_LOSS_LIMIT', 'NEW', false, 1, undefined],
    ],
  )
  ask(order({ account: BOB, price: P100 + 100, quantity: ONE }))
  const ended = take()
  assert.deepEqual(
    reports(ended).sort((one, other) => (String(one) < String(other) ? -1 : 1)),
    [
      ['profit', 'LIMIT_MAKER', 'TRADE', false, 1, undefined],
      ['stop', 'STOP_LOSS_LIMIT', 'EXPIRED', false, 1, 'OCO_TRIGGER'],
    ],
  )
  assert.deepEqual(
    ended.filter(({ e }) => e === 'listStatus').map((event) => pick(event, 'l L')),
    [['ALL_DONE', 'ALL_DONE']],
  )
})
