import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from '../../core/account/ledger.ts'
import { PositionTable } from '../../core/account/positions.ts'
import { Settlement } from '../../core/account/settlement.ts'
import { Valuation } from '../../core/account/valuation.ts'
import { MoneyRows, amount, instrumentOf } from '../../testing/account-rows.ts'
import type { FillFacts } from '../../testing/account-rows.ts'
import { EXAMPLE_IDENTITY } from '../../testing/report-run.ts'
import { equityReader } from './equity-reader.ts'
import { ReportBuilder } from './report-builder.ts'
import type { Report } from './report-data.ts'

const INSTRUMENTS = [
  instrumentOf('spot', 'BTC', 'USDT', { priceDecimals: 2, quantityDecimals: 5 }),
  instrumentOf('spot', 'BNB', 'USDT', { priceDecimals: 2, quantityDecimals: 3 }),
]
const BTC = 0
const USDT = 1
const BNB = 2

/** A spot account with the engine's own ledger and valuation beside the report's books. */
class SpotRun {
  readonly prices = { mark: new Float64Array(2), last: Float64Array.of(6_000_000, 0), top: new Float64Array(8) }
  readonly #rows = new MoneyRows(INSTRUMENTS)
  readonly #ledger = new Ledger({ accounts: ['main'], wallets: ['spot'], assets: this.#rows.assets })
  readonly #positions: PositionTable
  readonly #builder: ReportBuilder
  readonly #equity: () => bigint
  #time = 1

  constructor() {
    const settlement = new Settlement(INSTRUMENTS, this.#rows.assets)
    this.#positions = new PositionTable(2, settlement)
    const valuation = new Valuation(this.#ledger, settlement, USDT)
    this.#equity = equityReader({ valuation, account: this.#positions, market: this.prices })
    this.#builder = new ReportBuilder({
      instruments: INSTRUMENTS,
      strategies: ['one'],
      asset: 'USDT',
      startEquity: amount('10000'),
      prices: this.prices,
      errorText: String,
    })
    this.#ledger.bookTransfer(0, this.#rows.buffer, this.#rows.transfer(0, USDT, amount('10000')))
    this.#builder.sample(0, this.#equity())
  }

  fill(facts: Omit<FillFacts, 'instrument'>): void {
    const { buffer } = this.#rows
    const row = this.#rows.fill({ instrument: 0, time: this.#time++, ...facts })
    this.#positions.applyFill(0, buffer, row)
    this.#ledger.bookFill(0, 0, buffer, row, this.#positions)
    this.#builder.row(buffer, row)
  }

  finish(): Report {
    return this.#builder.finish({ timeUs: this.#time, equity: this.#equity(), run: EXAMPLE_IDENTITY })
  }
}

test('a fee in the base asset counts at the price of its fill, and equity agrees', () => {
  const run = new SpotRun()
  run.fill({ side: 'buy', price: 6_000_000, quantity: 10_000, fee: amount('0.0001'), feeAsset: BTC })
  run.prices.last[0] = 6_100_000
  const { result, notices } = run.finish()
  // 0.1 bought at 60,000, of which 0.0001 (6 USDT) is gone; 0.0999 gained 1,000 each.
  assert.equal(result.fees, '6')
  assert.equal(result.gross, '99.9')
  assert.equal(result.net, '93.9')
  assert.equal(result.equityEnd, '10093.9')
  assert.equal(result.revaluation, '0')
  assert.doesNotMatch(notices.join(), /trading explains/)
})

test('a fee in a third asset counts at its price of that moment; what the asset does later is named apart', () => {
  const run = new SpotRun()
  run.prices.last[1] = 50_000
  run.fill({ side: 'buy', price: 6_000_000, quantity: 10_000, fee: amount('0.01'), feeAsset: BNB })
  run.prices.last[1] = 60_000
  const { result, notices } = run.finish()
  assert.equal(result.fees, '5')
  assert.equal(result.net, '-5')
  // 0.01 BNB are owed, worth 6 by now.
  assert.equal(result.equityEnd, '9994')
  assert.equal(result.revaluation, '-1')
  assert.match(notices.join('\n'), /equity changed by -1 USDT more than trading explains/)
})

test('a fee in an asset without a price is not counted, and said so', () => {
  const run = new SpotRun()
  run.fill({ side: 'buy', price: 6_000_000, quantity: 10_000, fee: amount('0.01'), feeAsset: BNB })
  const { result, notices } = run.finish()
  assert.equal(result.fees, '0')
  assert.match(notices.join('\n'), /amounts in BNB are not contained: no priced market leads to USDT/)
})
