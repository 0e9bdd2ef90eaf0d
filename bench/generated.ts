/** The market that the replay benchmark runs on, and engines for it. */
import { DEFAULT_CONFIG } from '../src/core/engine/config.ts'
import type { Instrument } from '../src/core/market/instrument.ts'
import type { RowBuffer } from '../src/core/tape/row-buffer.ts'
import type { TapeSource } from '../src/core/tape/source.ts'
import { DEFAULT_LATENCY } from '../src/lab/backtest/latency.ts'
import { SyntheticMarket } from '../src/lab/synthetic/synthetic-market.ts'
import { DEFAULT_EXCHANGE } from '../src/lab/run/run-config.ts'
import type { RunConfig } from '../src/lab/run/run-config.ts'
import { exampleInstrument } from '../src/testing/instruments.ts'

/** `count` contracts with a tick of 0.1 and prices from 1,000 to 9,000. */
export function contracts(count: number): readonly Instrument[] {
  return Array.from({ length: count }, (_, i) => exampleInstrument(`C${i}USDT`))
}

/** Trades and best prices of all instruments, ten thousand rows a second: one busy recorded contract alone has 600. */
export function generatedMarket(instruments: readonly Instrument[], rows: number): SyntheticMarket {
  return new SyntheticMarket({
    seed: 1,
    instruments,
    startPrices: instruments.map((_, i) => 10_000 + ((i * 200) % 80_000)),
    startTime: 1_700_000_000_000_000,
    rows,
    meanGapUs: 100,
  })
}

/** Reads a source into memory. */
export async function collect(source: TapeSource): Promise<readonly RowBuffer[]> {
  const buffers: RowBuffer[] = []
  for (let buffer = await source.next(); buffer !== undefined; buffer = await source.next()) buffers.push(buffer)
  return buffers
}

/** Gives the same buffers again and again, one pass per call. */
export function memorySource(instruments: readonly Instrument[], buffers: readonly RowBuffer[]): TapeSource {
  let at = 0
  return {
    instruments,
    hash: '',
    next: () => Promise.resolve(buffers[at++]),
    release: () => undefined,
    close: () => Promise.resolve(),
  }
}

/** A run of the named strategies, all on all instruments. */
export function runOf(
  instruments: readonly Instrument[],
  strategies: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): RunConfig {
  const own = instruments.map((_, i) => i)
  return {
    kind: 'backtest',
    build: { version: '', sources: '', lockfile: '', runtime: '' },
    engine: {
      ...DEFAULT_CONFIG,
      instruments,
      balances: [{ asset: 'USDT', amount: '1000000' }],
      strategies: strategies.map((name) => ({
        name,
        sourceHash: '',
        settings,
        instruments: own,
        sizer: { kind: 'fixed-notional', notional: 1000 },
      })),
    },
    exchange: DEFAULT_EXCHANGE,
    latency: DEFAULT_LATENCY,
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
    tapes: [],
  }
}
