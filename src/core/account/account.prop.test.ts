import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MoneyRows, instrumentOf } from '../../testing/account-rows.ts'
import { I128Array } from '../number/i128.ts'
import { StateReader, StateWriter } from '../tape/state.ts'
import { Ledger } from './ledger.ts'
import { PositionTable } from './positions.ts'
import { RoundTrips } from './round-trips.ts'
import type { RoundTrip } from './round-trips.ts'
import { Settlement } from './settlement.ts'
import { Valuation } from './valuation.ts'

const INSTRUMENTS = [
  instrumentOf('linear', 'BTC', 'USDT', { priceDecimals: 1, quantityDecimals: 3 }),
  instrumentOf('linear', 'ETH', 'USDT', { priceDecimals: 2, quantityDecimals: 0, contractSize: 0.01 }),
  instrumentOf('linear', '1000PEPE', 'USDT', { priceDecimals: 7, quantityDecimals: 0, contractSize: 1000 }),
  instrumentOf('spot', 'BTC', 'USDT', { priceDecimals: 2, quantityDecimals: 5 }),
  instrumentOf('spot', 'SHIB', 'USDT', { priceDecimals: 8, quantityDecimals: 0 }),
]
const KEYS = INSTRUMENTS.length
const STRATEGIES = 2
const ROWS = new MoneyRows(INSTRUMENTS, ['BNB'])
const ASSETS = ROWS.assets
const USDT = ROWS.asset('USDT')
const BNB = ROWS.asset('BNB')
const SATOSHI = 10n ** 10n

/** One row that changes money, or a change of prices. */
type Step =
  | {
      readonly kind: 'fill'
      readonly instrument: number
      readonly strategy: number
      readonly sell: boolean
      readonly price: number
      readonly quantity: number
      readonly feeIn: 'money' | 'base' | 'other'
      readonly fee: number
      readonly maker: boolean
    }
  | { readonly kind: 'funding'; readonly instrument: number; readonly units: bigint }
  | { readonly kind: 'transfer'; readonly units: bigint }
  | { readonly kind: 'price'; readonly instrument: number; readonly price: number; readonly mark: number }

const instrument = fc.nat(KEYS - 1)
const price = fc.integer({ min: 1, max: 9_999_999 })
/** In 10^-8; 0 takes the mark away. */
const mark = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9_999_999_999_999 }))
const units = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('fill' as const),
      instrument,
      strategy: fc.nat(STRATEGIES - 1),
      sell: fc.boolean(),
      price,
      // Small quantities close and turn positions often.
      quantity: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1_000_000 })),
      feeIn: fc.constantFrom('money' as const, 'base' as const, 'other' as const),
      // In 10^-8, as venues state them; below the quantity bought.
      fee: fc.integer({ min: -50, max: 900 }),
      maker: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('funding' as const), instrument, units }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('transfer' as const), units }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('price' as const), instrument, price, mark }) },
)
const steps = fc.array(step, { minLength: 1, maxLength: 60 })
const runs = { numRuns: 200 }

/** The account under test: positions, virtual books and ledger, fed as the engine feeds them. */
class Account {
  readonly settlement = new Settlement(INSTRUMENTS, ASSETS)
  readonly positions = new PositionTable(KEYS, this.settlement)
  readonly books = new PositionTable(KEYS * STRATEGIES, this.settlement)
  readonly ledger = new Ledger({ accounts: ['main'], wallets: ['trading'], assets: ASSETS })
  readonly valuation = new Valuation(this.ledger, this.settlement, USDT)
  readonly prices = {
    mark: new Float64Array(KEYS),
    last: new Float64Array(KEYS).fill(1000),
    top: new Float64Array(KEYS * 4),
  }
  transfers = 0n

  take(next: Step): void {
    const { buffer } = ROWS
    switch (next.kind) {
      case 'fill': {
        const row = fillRow(next)
        this.positions.applyFill(next.instrument, buffer, row)
        this.books.applyFill(next.strategy * KEYS + next.instrument, buffer, row)
        this.ledger.bookFill(0, 0, buffer, row, this.positions)
        return
      }
      case 'funding': {
        if (INSTRUMENTS[next.instrument]?.market === 'spot') return
        const row = ROWS.funding(next.instrument, USDT, next.units)
        this.positions.applyFunding(next.instrument, buffer, row)
        this.ledger.bookFunding(0, 0, buffer, row)
        return
      }
      case 'transfer':
        this.ledger.bookTransfer(0, buffer, ROWS.transfer(0, USDT, next.units))
        this.transfers += next.units
        return
      case 'price':
        this.prices.last[next.instrument] = next.price
        if (INSTRUMENTS[next.instrument]?.market === 'linear') this.prices.mark[next.instrument] = next.mark
    }
  }
}

function fillRow(next: Extract<Step, { kind: 'fill' }>): number {
  const feeAsset = next.feeIn === 'money' ? USDT : next.feeIn === 'other' ? BNB : baseOf(next.instrument)
  return ROWS.fill({
    instrument: next.instrument,
    side: next.sell ? 'sell' : 'buy',
    price: next.price,
    quantity: next.quantity,
    feeAsset,
    fee: BigInt(next.fee) * SATOSHI,
    maker: next.maker,
  })
}

function baseOf(index: number): number {
  return ROWS.asset(INSTRUMENTS[index]?.base ?? '')
}

/** The slow, obvious twin of one position: BigInts and the words of the rules, nothing else. */
class Twin {
  held = 0n
  cost = 0n
  realised = 0n
  fees = 0n
  signedFills = 0n
  baseFees = 0n
  readonly lot: bigint
  readonly value: (lots: bigint, price: bigint) => bigint
  readonly spot: boolean
  readonly #priceUnit: bigint

  constructor(index: number) {
    const { priceDecimals, quantityDecimals, contractSize, market } = INSTRUMENTS[index] ?? instrumentOf('spot', '', '')
    this.lot = 10n ** BigInt(18 - quantityDecimals)
    this.spot = market === 'spot'
    this.#priceUnit = 10n ** BigInt(priceDecimals)
    const hundredths = BigInt(Math.round(contractSize * 100))
    const scale = 10n ** BigInt(16 - priceDecimals - quantityDecimals)
    this.value = (lots, at) => lots * at * hundredths * scale
  }

  fill(next: Extract<Step, { kind: 'fill' }>): void {
    const side = next.sell ? -1n : 1n
    const lots = BigInt(next.quantity)
    const at = BigInt(next.price)
    const flow = side * this.value(lots, at)
    const size = this.held < 0n ? -this.held : this.held
    const opposite = this.held !== 0n && this.held > 0n === next.sell
    if (!opposite) {
      this.cost += flow
    } else if (lots <= size / this.lot) {
      const part = (this.cost * lots * this.lot) / size
      this.realised += -flow - part
      this.cost -= part
    } else {
      const whole = this.value(this.held / this.lot, at) + ((this.held % this.lot) * at) / this.#priceUnit
      this.realised += whole - this.cost
      this.cost = whole + flow
    }
    this.held += side * lots * this.lot
    this.signedFills += side * lots * this.lot
    const fee = BigInt(next.fee) * SATOSHI
    if (next.feeIn === 'money') {
      this.fees += fee
    } else if (next.feeIn === 'base' && this.spot) {
      const worth = (fee * at) / this.#priceUnit
      this.fees += worth
      this.cost -= worth
      this.held -= fee
      this.baseFees += fee
    }
  }
}

test('a position is what its slow twin says after every fill', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const account = new Account()
      const twins = INSTRUMENTS.map((_, index) => new Twin(index))
      for (const next of sequence) {
        account.take(next)
        if (next.kind !== 'fill') continue
        const twin = twins[next.instrument]
        assert.ok(twin !== undefined)
        twin.fill(next)
        const { positions } = account
        const index = next.instrument
        assert.equal(positions.held(index), twin.held)
        assert.equal(positions.quantity[index], Number(twin.held / twin.lot))
        assert.equal(positions.held(index), twin.signedFills - positions.baseFees.get(index))
        assert.equal(positions.baseFees.get(index), twin.baseFees)
        assert.equal(positions.cost.get(index), twin.cost)
        assert.equal(positions.realised.get(index), twin.realised)
        assert.equal(positions.fees.get(index), twin.fees)
      }
    }),
    runs,
  )
})

test('start + transfers + realised + funding - fees + unrealised is the equity after every row', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const account = new Account()
      const { positions, ledger, valuation, prices } = account
      const start = 10n ** 22n
      ledger.deposit(0, 0, USDT, start)
      const equity = new I128Array(2)
      for (const next of sequence) {
        account.take(next)
        const unvalued = valuation.equityOf(0, positions, prices, equity, 0)
        // Fees in BNB leave a balance that no market here values; all else is.
        assert.equal(unvalued, ledger.balance(0, 0, BNB) === 0n ? 0 : 1)
        let expected = start + account.transfers
        for (let index = 0; index < KEYS; index += 1) {
          assert.equal(valuation.netOf(positions, index, prices, equity, 1), true)
          expected += equity.get(1)
        }
        // Contracts may charge in an asset that is the base of a spot market: that balance is valued too.
        for (const base of [0, 1, 2].map(baseOf)) expected += contractFeesIn(account, base)
        assert.equal(equity.get(0), expected)
      }
    }),
    runs,
  )
})

/** What the fees that contracts took in `asset` changed the equity by: a balance below zero, at its price, rounded with it. */
function contractFeesIn(account: Account, asset: number): bigint {
  const { positions, ledger, prices } = account
  let paid = 0n
  for (let index = 0; index < KEYS; index += 1) paid += positions.feesIn(asset, index)
  if (paid === 0n) return 0n
  const markets = INSTRUMENTS.map((_, index) => index).filter((index) => baseOf(index) === asset)
  const market = markets.find((index) => INSTRUMENTS[index]?.market === 'spot') ?? markets[0] ?? 0
  const marked = (prices.mark[market] ?? 0) > 0
  const unit = 10n ** BigInt(marked ? 8 : (INSTRUMENTS[market]?.priceDecimals ?? 0))
  const at = BigInt((marked ? prices.mark[market] : prices.last[market]) ?? 0)
  const balance = ledger.balance(0, 0, asset)
  return (balance * at) / unit - ((balance + paid) * at) / unit
}

test('the ledger adds up to zero in every asset after every entry', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const account = new Account()
      for (const next of sequence) {
        account.take(next)
        account.ledger.assertBalanced()
      }
    }),
    runs,
  )
})

test('the books of the strategies add up to the account', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const { positions, books, take } = accountAfter(sequence)
      assert.ok(take)
      for (let index = 0; index < KEYS; index += 1) {
        const keys = Array.from({ length: STRATEGIES }, (_, strategy) => strategy * KEYS + index)
        const sum = (column: (key: number) => bigint): bigint => keys.reduce((total, key) => total + column(key), 0n)
        assert.equal(
          sum((key) => books.held(key)),
          positions.held(index),
        )
        assert.equal(
          sum((key) => books.fees.get(key)),
          positions.fees.get(index),
        )
        assert.equal(
          sum((key) => books.turnover.get(key)),
          positions.turnover.get(index),
        )
        // Who realised what differs between one account and two books, the sum with the open part does not.
        const flows = (table: PositionTable, key: number): bigint => table.realised.get(key) - table.cost.get(key)
        assert.equal(
          sum((key) => flows(books, key)),
          flows(positions, index),
        )
      }
    }),
    runs,
  )
})

test('fills of different positions may come in either order', () => {
  fc.assert(
    fc.property(steps, step, step, (sequence, a, b) => {
      fc.pre(a.kind === 'fill' && b.kind === 'fill' && a.instrument !== b.instrument)
      assert.deepEqual(stateOf(accountAfter([...sequence, a, b])), stateOf(accountAfter([...sequence, b, a])))
    }),
    runs,
  )
})

test('two fills that open may come in either order, whatever their prices', () => {
  fc.assert(
    fc.property(step, step, (a, b) => {
      fc.pre(a.kind === 'fill' && b.kind === 'fill' && a.feeIn !== 'base' && b.feeIn !== 'base')
      const both = [a, { ...b, instrument: a.instrument, strategy: a.strategy, sell: a.sell }]
      assert.deepEqual(stateOf(accountAfter(both)), stateOf(accountAfter(both.toReversed())))
    }),
    runs,
  )
})

test('a checkpoint and the rows after it give the state of all rows', () => {
  fc.assert(
    fc.property(steps, fc.nat(60), (sequence, cut) => {
      const whole = accountAfter(sequence)
      const reader = new StateReader(stateOf(accountAfter(sequence.slice(0, cut))))
      const resumed = new Account()
      for (const part of [resumed.positions, resumed.books, resumed.ledger]) part.load(reader)
      reader.finish()
      for (const next of sequence.slice(cut)) resumed.take(next)
      assert.deepEqual(stateOf(resumed), stateOf(whole))
      resumed.prices.last.set(whole.prices.last)
      resumed.prices.mark.set(whole.prices.mark)
      assert.equal(equityOf(resumed), equityOf(whole))
    }),
    runs,
  )
})

test('closed, open and between trips add up to the positions', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const trips: RoundTrip[] = []
      const builder = new RoundTrips(KEYS, new Settlement(INSTRUMENTS, ASSETS), (trip) => trips.push(trip))
      for (const next of sequence) {
        if (next.kind === 'fill') builder.onFill(next.instrument, ROWS.buffer, fillRow(next))
        else if (next.kind === 'funding')
          builder.onFunding(next.instrument, ROWS.buffer, ROWS.funding(next.instrument, USDT, next.units))
        else if (next.kind === 'price') builder.onPrice(next.instrument, next.price)
      }
      const all = [...trips, ...builder.open(), builder.between]
      const { positions } = builder
      for (const column of ['fees', 'funding'] as const)
        assert.equal(sum(all.map((trip) => trip[column])), total(positions[column]))
      assert.equal(sum(all.map((trip) => trip.gross)), total(positions.realised))
      const traded = [...trips, ...builder.open()].map((trip) => trip.entryValue + trip.exitValue)
      assert.ok(sum(traded) <= total(positions.turnover))
      for (const trip of trips) {
        assert.equal(trip.net, trip.gross - trip.fees + trip.funding)
        assert.ok(trip.makerShare >= 0 && trip.makerShare <= 1)
        assert.ok(trip.adverse <= 0 && trip.favourable >= 0)
        if (INSTRUMENTS[trip.instrument]?.market === 'linear') {
          const sign = trip.side === 'long' ? 1n : -1n
          assert.equal(trip.entered, trip.exited)
          assert.equal(trip.gross, sign * (trip.exitValue - trip.entryValue))
        }
      }
    }),
    runs,
  )
})

function accountAfter(sequence: readonly Step[]): Account {
  const account = new Account()
  for (const next of sequence) account.take(next)
  return account
}

function equityOf(account: Account): bigint {
  const equity = new I128Array(1)
  account.valuation.equityOf(0, account.positions, account.prices, equity, 0)
  return equity.get(0)
}

function stateOf(account: Account): Uint8Array {
  const writer = new StateWriter()
  for (const part of [account.positions, account.books, account.ledger]) part.save(writer)
  return writer.finish()
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n)
}

function total(column: I128Array): bigint {
  return sum(Array.from({ length: column.length }, (_, index) => column.get(index)))
}
