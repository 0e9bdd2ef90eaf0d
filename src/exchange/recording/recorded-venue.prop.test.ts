/** Fills at a venue with a recorded market inside, against the backtest's exchange on the same recording. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FIRST, type Order, noteFill, RecordedWorld } from '../../testing/recorded-world.ts'
import type { Levels } from '../../testing/exchange-bench.ts'
import { EVENT, FIELD, FIELDS } from '../venue/events.ts'
import { FuturesVenue } from '../venue/futures/futures-venue.ts'
import { BUY, SELL } from '../venue/requests.ts'
import { SpotVenue } from '../venue/spot/spot-venue.ts'
import { HISTORY } from './venue-floor.ts'

type Step =
  | { readonly kind: 'depth'; readonly middle: number; readonly lots: readonly number[] }
  | { readonly kind: 'best'; readonly middle: number; readonly bid: number; readonly ask: number }
  | { readonly kind: 'print'; readonly sells: boolean; readonly price: number; readonly quantity: number }
  | { readonly kind: 'partial'; readonly middle: number; readonly lots: readonly number[] }
  | { readonly kind: 'snapshot'; readonly middle: number; readonly lots: readonly number[] }
  | { readonly kind: 'place'; readonly client: number; readonly order: Order }
  | { readonly kind: 'cancel'; readonly nth: number }
  | { readonly kind: 'wait' }

/** What a recording tells of what stands in the market. */
type Told = 'books' | 'top levels' | 'best prices'

/** Prices that books reach: MIDDLE less and more REACH, and how far the middle moves. */
const MIDDLE = 1000
const REACH = 8
const SWING = 3

const lots = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: REACH * 2, maxLength: REACH * 2 })
const middle = fc.integer({ min: MIDDLE - SWING, max: MIDDLE + SWING })
const price = fc.integer({ min: MIDDLE - SWING - 2, max: MIDDLE + SWING + 2 })
const order: fc.Arbitrary<Order> = fc.record({
  buys: fc.boolean(),
  quantity: fc.integer({ min: 1, max: 12 }),
  price: fc.oneof({ weight: 6, arbitrary: price }, { weight: 1, arbitrary: fc.constant(0) }),
  timeInForce: fc.oneof(
    { weight: 5, arbitrary: fc.constant('gtc' as const) },
    { weight: 2, arbitrary: fc.constantFrom('ioc' as const, 'fok' as const, 'gtx' as const) },
  ),
})
const step = (clients: number): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('depth' as const), middle, lots }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('best' as const),
        middle,
        bid: fc.integer({ min: 1, max: 9 }),
        ask: fc.integer({ min: 1, max: 9 }),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('print' as const),
        sells: fc.boolean(),
        price,
        quantity: fc.integer({ min: 1, max: 12 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('snapshot' as const), middle, lots }) },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('place' as const), client: fc.nat(clients - 1), order }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), nth: fc.nat(40) }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'wait' as const }) },
  )

/** A whole book around a middle: bids below it, asks from it on; nothing on the wrong side of it. */
function bookOf(around: number, quantities: readonly number[]): readonly [Levels, Levels] {
  const bids: [number, number][] = []
  const asks: [number, number][] = []
  for (let i = 0; i < REACH * 2; i++) {
    const at = MIDDLE - REACH + i
    const quantity = quantities[i] ?? 0
    bids.push([at, at < around ? quantity : 0])
    asks.push([at, at >= around ? quantity : 0])
  }
  return [bids.reverse(), asks]
}

/** What stands of a book. */
function standing([bids, asks]: readonly [Levels, Levels]): readonly [Levels, Levels] {
  return [bids.filter(([, quantity]) => quantity > 0), asks.filter(([, quantity]) => quantity > 0)]
}

/** A step as a recording has it that tells of books in its own way. */
function asTold(one: Step, told: Told): Step {
  if (told === 'books' || (one.kind !== 'depth' && one.kind !== 'snapshot')) return one
  if (told === 'top levels') return { ...one, kind: 'partial' }
  return { kind: 'best', middle: one.middle, bid: (one.lots[0] ?? 0) + 1, ask: (one.lots[1] ?? 0) + 1 }
}

function take(world: RecordedWorld, one: Step): void {
  const { bench } = world
  switch (one.kind) {
    case 'depth':
      bench.depth(...bookOf(one.middle, one.lots))
      return
    case 'best':
      bench.best(one.middle - 1, one.bid, one.middle, one.ask)
      return
    case 'print':
      bench.trade(one.sells ? 'sell' : 'buy', one.quantity, one.price)
      return
    case 'partial':
      bench.partial(...standing(bookOf(one.middle, one.lots)))
      return
    case 'snapshot':
      bench.loseDepth()
      bench.depth(...bookOf(one.middle, one.lots))
      bench.snapshot(...standing(bookOf(one.middle, one.lots)))
      return
    case 'place':
      if (!meetsOwnPair(world, one)) world.place(one.client, unmixed(world, one))
      return
    case 'cancel':
      world.cancel(one.nth)
      return
    case 'wait':
      world.later()
  }
}

/**
 * Whether an order may meet two of its own account's at one price. In a backtest's conservative queue the younger one may
 * stand in front of the older, and goes first; at a venue it never does.
 */
function meetsOwnPair(world: RecordedWorld, { client, order: wish }: Step & { readonly kind: 'place' }): boolean {
  const { orders } = world.venue
  const prices = new Set<number>()
  for (let slot = orders.firstOwn(FIRST + client, 0); slot !== -1; slot = orders.nextOwn[slot] ?? -1) {
    if ((orders.side[slot] === BUY) === wish.buys) continue
    const price = orders.price[slot] ?? 0
    if (prices.has(price)) return true
    prices.add(price)
  }
  return false
}

/** Levels in a fixed order. */
function sorted(levels: ReadonlyMap<number, number>): readonly (readonly [number, number])[] {
  return [...levels].sort(([one], [other]) => one - other)
}

/**
 * Orders about which venue and backtest differ by their rules become plain ones: fill-or-kill orders, which on futures trade
 * with their own account's resting orders; post-only ones where something was taken, which the backtest still holds against
 * them. Orders at the market's price have no terms.
 */
function unmixed(world: RecordedWorld, { client, order: wish }: Step & { readonly kind: 'place' }): Order {
  if (wish.price === 0) return { ...wish, timeInForce: 'gtc' }
  const hasOpen = world.venue.orders.ownCount(FIRST + client, 0) > 0
  const hasTaken = world.fills.length > 0
  if (hasOpen && wish.timeInForce === 'fok' && world.venue instanceof FuturesVenue)
    return { ...wish, timeInForce: 'ioc' }
  return hasTaken && wish.timeInForce === 'gtx' ? { ...wish, timeInForce: 'gtc' } : wish
}

/** Fills that the backtest's exchange gave since the last time. */
function backtestFills(world: RecordedWorld, into: string[]): void {
  for (const said of world.bench.said()) {
    const match = /^#(\d+) (buys|sells) (\d+) at (\d+) as (maker|taker)/.exec(said)
    if (match === null) continue
    const [, number, side, quantity, at, role] = match
    noteFill(into, [Number(number), side ?? '', Number(quantity), Number(at), role ?? ''])
  }
}

function started(options: {
  readonly market?: 'futures' | 'spot'
  readonly queue?: 'conservative' | 'probabilistic'
  readonly impact?: 'own' | 'none'
  readonly clients?: number
  readonly told?: Told
}): RecordedWorld {
  const world = new RecordedWorld({ queue: 'probabilistic', impact: 'own', clients: 1, ...options })
  const lots = Array.from({ length: REACH * 2 }, () => 5)
  const { told = 'books' } = options
  if (told === 'best prices') world.bench.best(MIDDLE - 1, 5, MIDDLE, 5)
  else if (told === 'top levels') take(world, { kind: 'partial', middle: MIDDLE, lots })
  else world.bench.snapshot(...standing(bookOf(MIDDLE, lots)))
  world.later()
  return world
}

for (const [market, queue, told] of [
  ['futures', 'conservative', 'books'],
  ['futures', 'probabilistic', 'books'],
  ['spot', 'probabilistic', 'books'],
  ['futures', 'probabilistic', 'top levels'],
  ['futures', 'probabilistic', 'best prices'],
] as const)
  test(`one client is filled as in a backtest: ${market}, ${queue} queues, ${told}`, () => {
    fc.assert(
      fc.property(fc.array(step(1), { maxLength: 60, size: 'max' }), (steps) => {
        const world = started({ market, queue, told })
        const expected: string[] = []
        for (const [at, one] of steps.entries()) {
          take(world, asTold(one, told))
          backtestFills(world, expected)
          assert.deepEqual(world.fills, expected, `after step ${at}`)
        }
      }),
      { numRuns: 120 },
    )
  })

test('futures: what clients and history trade with each other adds up', () => {
  fc.assert(
    fc.property(fc.array(step(3), { maxLength: 80, size: 'max' }), (steps) => {
      const world = started({ clients: 3 })
      for (const one of steps) take(world, one)
      const { venue } = world
      assert.ok(venue instanceof FuturesVenue)
      venue.state.wallets.ledger.assertBalanced()
      const positions = new Map<number, number>()
      for (let at = 0; at < world.log.length; at += FIELDS) {
        if (world.log[at] !== EVENT.fill) continue
        const account = world.log[at + FIELD.account] ?? -1
        const quantity = world.log[at + FIELD.quantity] ?? 0
        positions.set(
          account,
          (positions.get(account) ?? 0) + (world.log[at + FIELD.side] === BUY ? quantity : -quantity),
        )
      }
      for (const [account, position] of positions) assert.equal(world.position(account), position)
      assert.equal(
        [...positions.values()].reduce((sum, position) => sum + position, 0),
        0,
      )
    }),
    { numRuns: 100 },
  )
})

test('spot: no unit of any asset appears or vanishes, and history has nothing locked', () => {
  fc.assert(
    fc.property(fc.array(step(3), { maxLength: 80, size: 'max' }), (steps) => {
      const world = started({ market: 'spot', clients: 3 })
      const { venue } = world
      assert.ok(venue instanceof SpotVenue)
      const { balances } = venue.state
      for (const one of steps) {
        take(world, one)
        for (const asset of venue.assets.keys()) {
          assert.equal(balances.imbalance(asset), 0n)
          assert.equal(balances.locked.get(balances.slot(HISTORY, asset)), 0n)
        }
      }
    }),
    { numRuns: 100 },
  )
})

test('the venue shows the recording less what was taken, and what clients rest; it never crosses', () => {
  fc.assert(
    fc.property(fc.array(step(3), { maxLength: 80, size: 'max' }), (steps) => {
      const world = started({ clients: 3 })
      const { market } = world.recorded
      for (const one of steps) {
        take(world, one)
        const [book] = world.venue.books
        assert.ok(book !== undefined)
        const [bid, ask] = [book.best(BUY), book.best(SELL)]
        if (bid !== -1 && ask !== -1) assert.ok((book.price[bid] ?? 0) < (book.price[ask] ?? 0), 'crossed')
        for (const side of [BUY, SELL])
          for (let at = MIDDLE - REACH; at < MIDDLE + REACH; at++) {
            market.asked[0] = at
            market.lookUp(0, side)
            const recorded = Math.max(0, market.asked[0])
            let [mine, others] = [0, 0]
            const { orders } = world.venue
            const level = book.levelAt(side, at)
            for (
              let slot = level === -1 ? -1 : (book.first[level] ?? -1);
              slot !== -1;
              slot = orders.behind[slot] ?? -1
            )
              if (orders.account[slot] === HISTORY) others += orders.remaining[slot] ?? 0
              else mine += orders.remaining[slot] ?? 0
            assert.ok(others <= recorded, `${others} lots of ${recorded} stand at ${at}`)
            assert.equal(world.lotsAt(side, at), mine + others)
          }
      }
    }),
    { numRuns: 60 },
  )
})

test('with no impact the public sees the recording: its book after every message, its trades, its ids', () => {
  fc.assert(
    fc.property(fc.array(step(3), { maxLength: 80, size: 'max' }), (steps) => {
      const world = started({ impact: 'none', clients: 3 })
      const { record } = world.recorded
      assert.ok(record !== undefined)
      const seen = new Map<number, number>()
      let read = 0
      let prints = 0
      for (const one of steps) {
        take(world, one)
        if (one.kind === 'print') prints += one.quantity
        for (; read < world.seen.length; read += FIELDS) {
          const cell = (field: number): number => world.seen[read + field] ?? 0
          if (cell(FIELD.kind) === EVENT.trade) prints -= cell(FIELD.quantity)
          if (cell(FIELD.kind) !== EVENT.level) continue
          const key = cell(FIELD.side) === BUY ? cell(FIELD.price) : -cell(FIELD.price)
          if (cell(FIELD.quantity) === 0) seen.delete(key)
          else seen.set(key, cell(FIELD.quantity))
        }
        assert.deepEqual(sorted(seen), sorted(record.levelsOf(0)))
        assert.equal(prints, 0, 'trades are the prints')
      }
    }),
    { numRuns: 60 },
  )
})
