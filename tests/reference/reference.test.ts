/** Whole backtests on sixteen symbols against plain scripts that share no code with them: the same trades, the same money. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_CONFIG } from '../../src/core/engine/config.ts'
import type { Engine } from '../../src/core/engine/engine.ts'
import { RoundTrips, type RoundTrip } from '../../src/core/account/round-trips.ts'
import { Settlement } from '../../src/core/account/settlement.ts'
import { assetTable } from '../../src/core/market/assets.ts'
import { printAmount } from '../../src/core/number/decimal.ts'
import { FILL } from '../../src/core/tape/kinds.ts'
import { DEFAULT_LATENCY } from '../../src/lab/backtest/latency.ts'
import { RunLog } from '../../src/lab/backtest/run-log.ts'
import { runBacktest } from '../../src/lab/run/make-run.ts'
import { DEFAULT_EXCHANGE } from '../../src/lab/run/run-config.ts'
import { SHIPPED } from '../../src/strategies/index.ts'
import { candleSource, readCandleFile, type CandleFile } from '../../src/testing/candle-source.ts'
import { dataTest } from '../../src/testing/data.ts'
import * as breakout from './breakout.ts'
import * as momentum from './momentum.ts'

const CANDLES = 'candles/binance-usdm-1m'

/** What a trade is in both: exact amounts as decimal texts, times in whole milliseconds. */
type Facts = Readonly<Record<string, string | number>>

async function backtest(
  candles: readonly CandleFile[],
  name: string,
  settings: Readonly<Record<string, string>>,
): Promise<{ readonly trades: readonly Facts[]; readonly equity: string }> {
  const definition = SHIPPED.get(name)
  assert.ok(definition !== undefined)
  const source = candleSource(candles)
  const { instruments } = source
  const trips: RoundTrip[] = []
  const books = new RoundTrips(instruments.length, new Settlement(instruments, assetTable(instruments)), (trip) =>
    trips.push(trip),
  )
  let made: Engine | undefined
  const { engine } = await runBacktest(
    {
      kind: 'backtest',
      build: { version: '', sources: '', lockfile: '', runtime: '' },
      engine: {
        ...DEFAULT_CONFIG,
        instruments,
        strategies: [
          {
            name,
            sourceHash: '',
            settings,
            instruments: instruments.map((_, i) => i),
            sizer: { kind: 'fixed-notional', notional: 1000 },
          },
        ],
        balances: [{ asset: 'USDT', amount: '10000' }],
        leverage: 5,
      },
      exchange: DEFAULT_EXCHANGE,
      latency: DEFAULT_LATENCY,
      from: 0,
      to: Number.MAX_SAFE_INTEGER,
      tapes: [],
    },
    {
      source,
      definitions: [definition],
      log: new RunLog(undefined),
      references: [],
      observer: {
        record(buffer, row) {
          if (buffer.u8[row * 64] === FILL.kind) books.onFill(buffer.u16[row * 32 + 3] as number, buffer, row)
        },
        market: () => undefined,
        progress: () => undefined,
      },
      prepared: (one) => {
        made = one
      },
    },
  )
  assert.equal(made, engine)
  assert.deepEqual(engine.roster.failures, [])
  engine.funds.refresh()
  return { trades: trips.map(factsOf), equity: amountText(engine.funds.equity.get(0)) }
}

function factsOf(trip: RoundTrip): Facts {
  return {
    symbol: trip.symbol,
    side: trip.side,
    entryTime: Math.floor(trip.entryTime / 1000),
    exitTime: Math.floor(trip.exitTime / 1000),
    quantity: amountText(trip.exited),
    gross: amountText(trip.gross),
    fees: amountText(trip.fees),
    net: amountText(trip.net),
  }
}

function amountText(amount: bigint): string {
  return printAmount(amount, 18, { trim: true })
}

/** The facts of a reference trade that the program tells too, without its prices, which it tells as doubles. */
function withoutPrices(trade: Facts): Facts {
  return Object.fromEntries(Object.entries(trade).filter(([name]) => !name.endsWith('Price')))
}

function sorted(trades: readonly Facts[]): readonly Facts[] {
  const when = ({ exitTime, symbol }: Facts): string => `${exitTime} ${symbol}`
  return trades.toSorted((a, b) => (when(a) < when(b) ? -1 : 1))
}

/** The files of the folder, and what is in them: read once for both tests. */
let read: { readonly files: readonly string[]; readonly candles: readonly CandleFile[] } | undefined
function filesIn(folder: string): NonNullable<typeof read> {
  if (read !== undefined) return read
  const names = readdirSync(folder).toSorted()
  const files = names.map((name) => join(folder, name))
  read = { files, candles: files.map(readCandleFile) }
  return read
}

dataTest('momentum on sixteen symbols trades and earns what the plain script says', CANDLES, async (folder) => {
  const { files, candles } = filesIn(folder)
  const expected = momentum.reference(files)
  const run = await backtest(candles, 'momentum', {})
  assert.ok(expected.trades.length > 100)
  assert.deepEqual(
    sorted(run.trades),
    expected.trades.map((trade) => withoutPrices({ ...trade })),
  )
  assert.equal(run.equity, expected.equity)
})

dataTest('breakout by the hour trades and earns what the plain script says', CANDLES, async (folder) => {
  const { files, candles } = filesIn(folder)
  const expected = breakout.reference(files)
  const run = await backtest(candles, 'breakout', { timeframe: '1h' })
  assert.ok(expected.trades.length > 100)
  assert.deepEqual(sorted(run.trades), expected.trades.map(withoutPrices))
  assert.equal(run.equity, expected.equity)
})
