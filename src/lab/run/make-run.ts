/** Puts engine, simulated exchange and backtest together for a run configuration. */
import { canonicalJson } from '../../core/engine/config.ts'
import { Engine } from '../../core/engine/engine.ts'
import { assetTable } from '../../core/market/assets.ts'
import { parseAmount } from '../../core/number/decimal.ts'
import { I128Array } from '../../core/number/i128.ts'
import { hashBytes } from '../../core/tape/state.ts'
import type { StrategyDefinition } from '../../core/strategy/contract.ts'
import { CONFIGURATION, TRANSFER } from '../../core/tape/kinds.ts'
import { AMOUNT_DECIMALS, APPEND_TIME, NO_INSTRUMENT, ROW_SLOTS } from '../../core/tape/layout.ts'
import { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { TapeSource } from '../../core/tape/source.ts'
import { writeText } from '../../core/tape/text-record.ts'
import { SimExchange } from '../../exchange/history/sim-exchange.ts'
import { Backtest } from '../backtest/backtest.ts'
import type { BacktestObserver } from '../backtest/backtest.ts'
import type { RunLog } from '../backtest/run-log.ts'
import type { Reference, RunConfig } from './run-config.ts'

/** What is left of a run when it is over. */
export interface RunEnd {
  readonly inputs: number
  readonly outputs: number
  /** 32 hexadecimal digits over the engine's whole state. */
  readonly stateHash: string
  /** 16 hexadecimal digits over all outputs, and over all inputs. */
  readonly outputHash: string
  readonly inputHash: string
  /** Rows that came too late for the exchange's reordering window. */
  readonly overflow: number
}

/** Engine and exchange of a run, ready for its first row. */
export function makeEngine(config: RunConfig, definitions: readonly StrategyDefinition[]): Engine {
  return new Engine(config.engine, definitions)
}

export function makeExchange(config: RunConfig): SimExchange {
  const { engine, exchange } = config
  const assets = assetTable(engine.instruments)
  return new SimExchange({
    instruments: engine.instruments,
    ...exchange,
    leverage: engine.leverage,
    balances: engine.balances.map(({ asset, amount }) => ({
      asset: assets.indexOf(asset),
      amount: parseAmount(amount, AMOUNT_DECIMALS),
    })),
  })
}

/**
 * Rows that begin every session: its configuration, then its starting money as transfers. Times are that of the first
 * market row, or 0 when it is not known yet: the engine's clock starts with the market.
 */
export function openingRows(config: RunConfig): RowBuffer {
  const text = canonicalJson(config)
  const rows = new RowBuffer(16 + Math.ceil((text.length * 3) / 64) + config.engine.balances.length)
  writeText(rows, CONFIGURATION.kind, CONFIGURATION.textBytesByte, text)
  const assets = assetTable(config.engine.instruments)
  const amount = new I128Array(1)
  for (const balance of config.engine.balances) {
    const row = rows.append(TRANSFER.kind, 0, 0, NO_INSTRUMENT, 0)
    rows.u16[row * 32 + TRANSFER.assetByte / 2] = assets.indexOf(balance.asset)
    amount.set(0, parseAmount(balance.amount, AMOUNT_DECIMALS))
    amount.storeTo(0, rows.u32, (row * ROW_SLOTS + TRANSFER.amount) * 8)
    rows.f64[row * ROW_SLOTS + APPEND_TIME] = 0
  }
  return rows
}

/** Runs a backtest from its configuration to the END row. */
export async function runBacktest(
  config: RunConfig,
  parts: {
    readonly source: TapeSource
    readonly definitions: readonly StrategyDefinition[]
    readonly log: RunLog
    /** Where tapes and strategies lie. */
    readonly references: readonly Reference[]
    readonly observer: BacktestObserver
    /** Called when engine and exchange are made, before the first row. */
    readonly prepared?: (engine: Engine) => void
  },
): Promise<{ readonly end: RunEnd; readonly engine: Engine }> {
  const { source, definitions, log, observer } = parts
  const engine = makeEngine(config, definitions)
  parts.prepared?.(engine)
  const { latency, from, to } = config
  const backtest = new Backtest({ source, engine, exchange: makeExchange(config), latency, log, observer, from, to })
  for (const reference of parts.references) log.reference(reference)
  const opening = openingRows(config)
  for (let row = 0; row < opening.length; row += 1 + (opening.u16[row * 32 + 1] as number)) backtest.input(opening, row)
  await backtest.run()
  backtest.close()
  const end = endOf(engine, backtest.overflow)
  log.end(end, engine.time)
  await log.flush(true)
  return { end, engine }
}

/** The closing figures of an engine. */
export function endOf(engine: Engine, overflow: number): RunEnd {
  return {
    inputs: engine.sequence[0] as number,
    outputs: engine.outputs.count,
    stateHash: hashBytes(engine.save()),
    outputHash: engine.outputs.digest.hex(),
    inputHash: engine.inputDigest.hex(),
    overflow,
  }
}
