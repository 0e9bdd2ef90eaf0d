import assert from 'node:assert/strict'
import { test } from 'node:test'
import { marketsOf } from '../box/markets.ts'
import { FuturesVenue } from '../venue/futures/futures-venue.ts'
import {
  BUY,
  ORDER_KIND,
  SELF_TRADE,
  SELL,
  TIME_IN_FORCE,
  WORKING_TYPE,
  type ConditionalRequest,
  type PlaceRequest,
  type VenueRequest,
} from '../venue/requests.ts'
import { PLAIN_ORDER } from '../../testing/plain-venue.ts'
import { FuturesUserFeed } from './futures-user-feed.ts'

const START = 1_795_216_100_000_000
const MILLIS = START / 1000
const ALICE = 0
const BOB = 1
const DOLLARS = 100_000_000
/** The next funding behind START. */
const FUNDING = 1_795_219_200_000_000

type Event = Record<string, unknown>

/** A venue with BTCUSDT at 76,900, two accounts of 10,000 USDT, and what Alice hears. */
class World {
  readonly venue: FuturesVenue = new FuturesVenue({ instruments: marketsOf(['BTCUSDT']).map(({ futures }) => futures) })
  readonly feed: FuturesUserFeed = new FuturesUserFeed(this.venue)
  readonly heard: Event[] = []
  readonly #sink = {
    tell: (account: number, event: string, text: string): void => {
      assert.equal(account, ALICE)
      const message = JSON.parse(text) as Event
      assert.equal(message['e'], event)
      this.heard.push(message)
    },
  }

  constructor() {
    this.venue.time[0] = START
    this.ask({ kind: 'open-account', name: 'alice' })
    this.ask({ kind: 'open-account', name: 'bob' })
    this.mark(76_900)
    for (const account of [ALICE, BOB]) this.ask({ kind: 'transfer', account, asset: 'USDT', amount: '10000' })
    this.feed.watch(ALICE)
  }

  ask(request: VenueRequest): void {
    const { code, message } = this.venue.handle(request)
    assert.equal(code, 0, message)
    this.#end()
  }

  mark(dollars: number): void {
    this.ask({ kind: 'mark', instrument: 0, mark: dollars * DOLLARS, index: dollars * DOLLARS })
  }

  pass(millis: number): void {
    this.venue.time[0] = (this.venue.time[0] as number) + millis * 1000
    this.venue.advance()
    this.#end()
  }

  /** What was heard since. */
  take(): Event[] {
    return this.heard.splice(0)
  }

  #end(): void {
    this.feed.read(this.#sink)
    this.venue.recycle()
  }
}

function order(account: number, side: number, price: number, quantity: number, rest: Partial<PlaceRequest> = {}) {
  return { ...PLAIN_ORDER, account, side, price, quantity, ...rest }
}

const STOP: ConditionalRequest = {
  kind: 'conditional',
  account: ALICE,
  instrument: 0,
  side: SELL,
  positionSide: 0,
  orderKind: ORDER_KIND.stopMarket,
  timeInForce: TIME_IN_FORCE.gtc,
  price: 0,
  quantity: 10,
  triggerPrice: 7_500_000,
  workingType: WORKING_TYPE.mark,
  priceProtect: false,
  reduceOnly: true,
  closePosition: false,
  activatePrice: 0,
  callbackRate: 0,
  clientId: 'sl-1',
  selfTrade: SELF_TRADE.expireMaker,
  goodTill: 0,
  priceMatch: 0,
}

/** Keys of an ORDER_TRADE_UPDATE's order, as BINANCE documents them, without the two of fees. */
const ORDER_KEYS = 's c S o f q p ap sp x X i l z L T t b a m R wt ot ps cp rp pP si ss V pm gtd er'.split(' ')

const keysOf = (value: unknown): string[] => Object.keys(value as object).sort()
const orderOf = (event: Event | undefined): Event => event?.['o'] as Event
const accountOf = (event: Event | undefined): { m: string; B: Event[]; P: Event[] } =>
  event?.['a'] as { m: string; B: Event[]; P: Event[] }

test('a resting order is told as it is, without a change of the account', () => {
  const world = new World()
  world.ask(order(ALICE, BUY, 7_680_000, 10, { clientId: 'my-1', timeInForce: TIME_IN_FORCE.gtx }))
  const events = world.take()
  assert.deepEqual(events, [
    {
      e: 'ORDER_TRADE_UPDATE',
      E: MILLIS,
      T: MILLIS,
      o: {
        s: 'BTCUSDT',
        c: 'my-1',
        S: 'BUY',
        o: 'LIMIT',
        f: 'GTX',
        q: '0.010',
        p: '76800.00',
        ap: '0',
        sp: '0',
        x: 'NEW',
        X: 'NEW',
        i: 1,
        l: '0.000',
        z: '0.000',
        L: '0',
        T: MILLIS,
        t: 0,
        b: '768',
        a: '0',
        m: false,
        R: false,
        wt: 'CONTRACT_PRICE',
        ot: 'LIMIT',
        ps: 'BOTH',
        cp: false,
        rp: '0',
        pP: false,
        si: 0,
        ss: 0,
        V: 'NONE',
        pm: 'NONE',
        gtd: 0,
        er: '0',
      },
    },
  ])
  assert.deepEqual(keysOf(orderOf(events[0])), ORDER_KEYS.toSorted())
})

test('each fill has its three events, with what it came to at that moment', () => {
  const world = new World()
  world.ask(order(BOB, SELL, 7_690_000, 5))
  world.ask(order(BOB, SELL, 7_690_010, 5))
  world.ask(order(ALICE, BUY, 7_690_010, 20, { clientId: 'my-1', timeInForce: TIME_IN_FORCE.ioc }))
  const events = world.take()
  assert.deepEqual(
    events.map(({ e, o }) => [e, (o as Event | undefined)?.['x']]),
    [
      ['ORDER_TRADE_UPDATE', 'NEW'],
      ['TRADE_LITE', undefined],
      ['ORDER_TRADE_UPDATE', 'TRADE'],
      ['ACCOUNT_UPDATE', undefined],
      ['TRADE_LITE', undefined],
      ['ORDER_TRADE_UPDATE', 'TRADE'],
      ['ACCOUNT_UPDATE', undefined],
      ['ORDER_TRADE_UPDATE', 'EXPIRED'],
    ],
  )
  assert.deepEqual(events[1], {
    e: 'TRADE_LITE',
    E: MILLIS,
    T: MILLIS,
    s: 'BTCUSDT',
    q: '0.020',
    p: '76900.10',
    m: false,
    c: 'my-1',
    S: 'BUY',
    L: '76900.00',
    l: '0.005',
    t: 1,
    i: 3,
  })
  const [first, second, rest] = [events[2], events[5], events[7]].map(orderOf)
  assert.deepEqual([first?.['ap'], first?.['z'], first?.['n'], first?.['N']], ['76900.00', '0.005', '0.19225', 'USDT'])
  assert.deepEqual([second?.['ap'], second?.['z'], second?.['n']], ['76900.05', '0.010', '0.19225025'])
  assert.deepEqual([rest?.['X'], rest?.['er'], rest?.['l']], ['EXPIRED', '2', '0.000'])
  assert.deepEqual(keysOf(first), [...ORDER_KEYS, 'n', 'N'].sort())
  assert.deepEqual(accountOf(events[3]).B, [{ a: 'USDT', wb: '9999.80775', cw: '9999.80775', bc: '0' }])
  assert.deepEqual(accountOf(events[6]).B, [{ a: 'USDT', wb: '9999.61549975', cw: '9999.61549975', bc: '0' }])
  assert.deepEqual(
    [events[3], events[6]].map((event) => accountOf(event).P.map(({ pa }) => pa)),
    [['0.005'], ['0.010']],
  )
  assert.deepEqual(accountOf(events[6]).P, [
    {
      s: 'BTCUSDT',
      pa: '0.010',
      ep: '76900.05',
      bep: '76938.500025',
      cr: '0',
      up: '-0.0005',
      mt: 'cross',
      iw: '0',
      ps: 'BOTH',
    },
  ])
})

test('a maker hears of its fill as the taker does', () => {
  const world = new World()
  world.ask(order(ALICE, SELL, 7_690_000, 5))
  world.take()
  world.ask(order(BOB, BUY, 7_690_000, 5))
  const events = world.take()
  assert.deepEqual(
    events.map(({ e }) => e),
    ['TRADE_LITE', 'ORDER_TRADE_UPDATE', 'ACCOUNT_UPDATE'],
  )
  const fill = orderOf(events[1])
  assert.deepEqual([fill['m'], fill['X'], fill['rp']], [true, 'FILLED', '0'])
})

test('cancels and changes of an order are told', () => {
  const world = new World()
  world.ask(order(ALICE, BUY, 7_680_000, 10, { clientId: 'c' }))
  const amend = { kind: 'amend', account: ALICE, instrument: 0, orderId: 0, clientId: 'c', side: BUY } as const
  world.ask({ ...amend, price: 7_670_000, quantity: 12 })
  world.ask({ kind: 'cancel', account: ALICE, instrument: 0, orderId: 0, clientId: 'c' })
  assert.deepEqual(
    world.take().map((event) => [orderOf(event)['x'], orderOf(event)['X'], orderOf(event)['p'], orderOf(event)['q']]),
    [
      ['NEW', 'NEW', '76800.00', '0.010'],
      ['AMENDMENT', 'NEW', '76700.00', '0.012'],
      ['CANCELED', 'CANCELED', '76700.00', '0.012'],
    ],
  )
})

test('a stop is told through its life, and its order names it', () => {
  const world = new World()
  world.ask(order(BOB, SELL, 7_690_000, 10))
  world.ask(order(ALICE, BUY, 7_690_000, 10))
  world.ask(order(BOB, BUY, 7_480_000, 50))
  world.take()
  world.ask(STOP)
  world.mark(74_800)
  world.pass(1000)
  const events = world.take()
  assert.deepEqual(
    events.map((event) => [event['e'], orderOf(event)?.['X']]),
    [
      ['ALGO_UPDATE', 'NEW'],
      ['ALGO_UPDATE', 'TRIGGERING'],
      ['ORDER_TRADE_UPDATE', 'NEW'],
      ['TRADE_LITE', undefined],
      ['ORDER_TRADE_UPDATE', 'FILLED'],
      ['ACCOUNT_UPDATE', undefined],
      ['ALGO_UPDATE', 'TRIGGERED'],
      ['ALGO_UPDATE', 'FINISHED'],
    ],
  )
  const placed = orderOf(events[0])
  assert.deepEqual(
    keysOf(placed),
    'caid aid at o s S ps f q X ai ap aq act tp p V wt pm cp pP R tt gtd rm ia'.split(' ').sort(),
  )
  assert.deepEqual([placed['tp'], placed['ai'], placed['wt'], placed['R']], ['75000.00', '', 'MARK_PRICE', true])
  const fill = orderOf(events[4])
  assert.deepEqual(
    [fill['o'], fill['ot'], fill['sp'], fill['wt'], fill['rp']],
    ['MARKET', 'STOP_MARKET', '75000.00', 'MARK_PRICE', '-21'],
  )
  const done = orderOf(events[7])
  assert.deepEqual(
    [done['ai'], done['ap'], done['aq'], done['act']],
    [String(fill['i']), '74800.00', '0.010', 'MARKET'],
  )
})

test('deposits, funding, leverage and margin are told', () => {
  const world = new World()
  world.ask({ kind: 'transfer', account: ALICE, asset: 'USDT', amount: '0.5' })
  world.ask({ kind: 'leverage', account: ALICE, instrument: 0, leverage: 25 })
  world.ask({ kind: 'margin-type', account: ALICE, instrument: 0, isolated: true })
  const events = world.take()
  const change = accountOf(events.pop())
  assert.deepEqual(
    [change.m, change.B, change.P.map(({ pa, mt }) => [pa, mt])],
    ['MARGIN_TYPE_CHANGE', [], [['0.000', 'isolated']]],
  )
  assert.deepEqual(events, [
    {
      e: 'ACCOUNT_UPDATE',
      E: MILLIS,
      T: MILLIS,
      a: { m: 'DEPOSIT', B: [{ a: 'USDT', wb: '10000.5', cw: '10000.5', bc: '0.5' }], P: [] },
    },
    { e: 'ACCOUNT_CONFIG_UPDATE', E: MILLIS, T: MILLIS, ac: { s: 'BTCUSDT', l: 25 } },
  ])
})

test('funding, a margin call and a liquidation are told as the venue tells them', () => {
  const world = new World()
  world.venue.time[0] = FUNDING - 10_000_000
  world.ask({ kind: 'transfer', account: ALICE, asset: 'USDT', amount: '-9600' })
  world.ask({ kind: 'transfer', account: BOB, asset: 'USDT', amount: '1000000' })
  world.ask(order(BOB, SELL, 7_690_000, 100))
  world.ask(order(ALICE, BUY, 7_690_000, 100))
  world.take()
  world.pass(12_000)
  const [funding, ...none] = world.take()
  assert.deepEqual(none, [])
  const { m, P, ...rest } = accountOf(funding)
  assert.deepEqual([m, (rest as Event)['S'], P], ['FUNDING_FEE', 'BTCUSDT', []])
  assert.equal(rest.B[0]?.['bc'], '-0.769')
  world.ask(order(BOB, BUY, 7_360_000, 500))
  for (let dollars = 76_800; dollars > 72_900; dollars -= 100) {
    world.mark(dollars)
    world.pass(1000)
  }
  const events = world.take()
  assert.deepEqual(
    events.map((event) => [event['e'], orderOf(event)?.['x'] ?? accountOf(event)?.m]),
    [
      ['MARGIN_CALL', undefined],
      ['ORDER_TRADE_UPDATE', 'NEW'],
      ['TRADE_LITE', undefined],
      ['ORDER_TRADE_UPDATE', 'CALCULATED'],
      ['ACCOUNT_UPDATE', 'ORDER'],
      ['ACCOUNT_UPDATE', 'INSURANCE_CLEAR'],
    ],
  )
  const [call] = events
  assert.deepEqual(keysOf(call), ['E', 'cw', 'e', 'p'])
  const [row] = (call?.['p'] ?? []) as Event[]
  assert.deepEqual(keysOf(row), ['iw', 'mm', 'mp', 'mt', 'pa', 'ps', 's', 'up'])
  const fill = orderOf(events[3])
  assert.match(fill['c'] as string, /^autoclose-/)
  assert.deepEqual([fill['X'], fill['L'], fill['rp']], ['FILLED', '73600.00', '-330'])
  assert.deepEqual(
    accountOf(events[5]).B.map(({ wb }) => wb),
    ['0'],
  )
})

test('accounts that nobody watches are not told of', () => {
  const world = new World()
  world.feed.unwatch(ALICE)
  world.ask(order(ALICE, BUY, 7_680_000, 10))
  assert.deepEqual(world.take(), [])
})
