import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MoneyRows, amount, instrumentOf } from '../../testing/account-rows.ts'
import { I128Array } from '../number/i128.ts'
import { MARK_PRICE } from '../tape/kinds.ts'
import { explainEquity } from './equity-view.ts'
import { Ledger } from './ledger.ts'
import { PositionTable } from './positions.ts'
import { Settlement } from './settlement.ts'
import { Valuation } from './valuation.ts'

const INSTRUMENTS = [
  instrumentOf('linear', 'BTC', 'USDT', { priceDecimals: 1, quantityDecimals: 3 }),
  instrumentOf('spot', 'BTC', 'USDT', { priceDecimals: 2, quantityDecimals: 5 }),
  instrumentOf('spot', 'ETH', 'BTC', { priceDecimals: 5, quantityDecimals: 4 }),
  instrumentOf('spot', 'USDT', 'BRL', { priceDecimals: 3, quantityDecimals: 1 }),
  instrumentOf('linear', 'ETH', 'USDC', { priceDecimals: 2, quantityDecimals: 3 }),
  instrumentOf('linear', 'PEPE', 'USDT', { priceDecimals: 7, quantityDecimals: 0, contractSize: 1000 }),
]
const FUTURE = 0
const SPOT = 1
const ETHBTC = 2
const USDTBRL = 3
const ETHUSDC = 4
const PEPE = 5

function setUp() {
  const rows = new MoneyRows(INSTRUMENTS, ['BNB'])
  const settlement = new Settlement(INSTRUMENTS, rows.assets)
  const positions = new PositionTable(INSTRUMENTS.length, settlement)
  const ledger = new Ledger({ accounts: ['main'], wallets: ['futures', 'spot'], assets: rows.assets })
  const count = INSTRUMENTS.length
  const prices = { mark: new Float64Array(count), last: new Float64Array(count), top: new Float64Array(count * 4) }
  const valuation = new Valuation(ledger, settlement, rows.asset('USDT'))
  const total = new I128Array(1)
  return {
    positions,
    prices,
    valuation,
    deposit: (asset: string, text: string, wallet = 0): void =>
      ledger.deposit(0, wallet, rows.asset(asset), amount(text)),
    fill: (instrument: number, side: 'buy' | 'sell', price: number, quantity: number): void =>
      positions.applyFill(instrument, rows.buffer, rows.fill({ instrument, side, price, quantity })),
    equity: (): { equity: bigint; unvalued: number } => {
      const unvalued = valuation.equityOf(0, positions, prices, total, 0)
      return { equity: total.get(0), unvalued }
    },
  }
}

test('equity is all wallets and the unrealised profit of contracts at the mark', () => {
  const { prices, deposit, fill, equity } = setUp()
  deposit('USDT', '1000')
  deposit('USDT', '500', 1)
  fill(FUTURE, 'sell', 600_000, 100)
  prices.mark[FUTURE] = 5_999_012_345_678
  assert.deepEqual(equity(), { equity: amount('1500.98765432200'), unvalued: 0 })
})

test('without a mark the last trade counts, without that the exact middle', () => {
  const { prices, fill, equity } = setUp()
  fill(FUTURE, 'buy', 600_000, 1)
  assert.deepEqual(equity(), { equity: 0n, unvalued: 1 })
  prices.top.set([600_010, 1, 600_011, 1], FUTURE * 4)
  assert.deepEqual(equity(), { equity: amount('0.00105'), unvalued: 0 })
  prices.last[FUTURE] = 600_020
  assert.deepEqual(equity(), { equity: amount('0.002'), unvalued: 0 })
  prices.mark[FUTURE] = 6_000_100_000_000
  assert.deepEqual(equity(), { equity: amount('0.001'), unvalued: 0 })
})

test('a book with one side only has no middle', () => {
  const { prices, fill, equity } = setUp()
  fill(FUTURE, 'buy', 600_000, 1)
  prices.top.set([600_010, 1, 0, 0], FUTURE * 4)
  assert.equal(equity().unvalued, 1)
})

test('contracts of many base units are valued as such', () => {
  const { prices, fill, equity } = setUp()
  fill(PEPE, 'buy', 81_234, 7)
  prices.last[PEPE] = 81_244
  assert.equal(equity().equity, amount('0.007'))
})

test('another asset is valued over the shortest chain, spot first', () => {
  const { prices, valuation, positions, deposit, equity } = setUp()
  deposit('ETH', '2', 1)
  assert.deepEqual(equity(), { equity: 0n, unvalued: 1 })
  prices.last[ETHBTC] = 5_000
  prices.last[FUTURE] = 600_000
  assert.deepEqual(equity(), { equity: amount('6000'), unvalued: 0 })
  prices.last[SPOT] = 6_100_000
  assert.deepEqual(equity(), { equity: amount('6100'), unvalued: 0 })
  const view = explainEquity(valuation, 0, positions, prices, (instrument) =>
    instrument === SPOT ? { kind: 1, sequence: 77, version: 5 } : undefined,
  )
  assert.deepEqual(view.prices, [
    { instrument: ETHBTC, symbol: 'ETHBTC', basis: 'last', price: '0.05', origin: undefined },
    {
      instrument: SPOT,
      symbol: 'BTCUSDT',
      basis: 'last',
      price: '61000',
      origin: { kind: 1, sequence: 77, version: 5 },
    },
  ])
})

test('an asset that is the quote of a market is divided by its price', () => {
  const { prices, deposit, equity } = setUp()
  deposit('BRL', '1000')
  prices.last[USDTBRL] = 5_432
  assert.equal(equity().equity, amount('184.094256259204712812'))
})

test('what no price reaches is listed and never guessed', () => {
  const { prices, valuation, positions, deposit, fill } = setUp()
  deposit('USDT', '100')
  deposit('BNB', '1.5', 1)
  fill(FUTURE, 'buy', 600_000, 3)
  fill(ETHUSDC, 'sell', 300_000, 1000)
  prices.last[ETHUSDC] = 299_000
  const view = explainEquity(valuation, 0, positions, prices)
  assert.equal(view.equity, amount('100'))
  assert.deepEqual(view.unvalued, [
    '1.5 BNB in spot: no priced market leads to USDT',
    'position of 3 lots in BTCUSDT: no price yet',
    'profit of ETHUSDC in USDC: no priced market leads to USDT',
  ])
})

test('the detailed form names every price that the equity rests on', () => {
  const { prices, valuation, positions, deposit, fill } = setUp()
  deposit('USDT', '100')
  fill(FUTURE, 'buy', 600_000, 3)
  prices.mark[FUTURE] = 6_001_000_000_000
  const origin = { kind: MARK_PRICE.kind, sequence: 12, version: 0 }
  const view = explainEquity(valuation, 0, positions, prices, () => origin)
  const price = { instrument: FUTURE, symbol: 'BTCUSDT', basis: 'mark', price: '60010', origin }
  assert.deepEqual(view, {
    asset: 'USDT',
    equity: amount('100.03'),
    balances: [{ wallet: 'futures', asset: 'USDT', amount: amount('100'), value: amount('100') }],
    positions: [
      {
        index: FUTURE,
        instrument: FUTURE,
        symbol: 'BTCUSDT',
        quantity: 3,
        asset: 'USDT',
        cost: amount('180'),
        unrealised: amount('0.03'),
        price,
      },
    ],
    prices: [price],
    unvalued: [],
  })
})
