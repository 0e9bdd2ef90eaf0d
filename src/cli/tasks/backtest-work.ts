/**
 * A backtest from a request to a run folder. Runs in a thread of its own, so that a strategy that never returns can be
 * noticed and named.
 */
import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { once } from 'node:events'
import { canonicalJson } from '../../core/canonical-json.ts'
import type { EngineConfig } from '../../core/engine/config.ts'
import { DEFAULT_CONFIG } from '../../core/engine/config.ts'
import type { Engine } from '../../core/engine/engine.ts'
import { parseAmount, printDecimal } from '../../core/number/decimal.ts'
import { AMOUNT_DECIMALS, RATE_DECIMALS } from '../../core/tape/layout.ts'
import { StrategyError } from '../../core/strategy/params.ts'
import { errorMessage } from '../../exchange/history/errors.ts'
import type { BacktestObserver } from '../../lab/backtest/backtest.ts'
import type { LatencyModel } from '../../lab/backtest/latency.ts'
import { RunLog } from '../../lab/backtest/run-log.ts'
import { equityReader } from '../../lab/report/equity-reader.ts'
import { ReportBuilder } from '../../lab/report/report-builder.ts'
import type { Report } from '../../lab/report/report-data.ts'
import { reportPage } from '../../lab/report/html.ts'
import { tradeCsvLine, tradesCsvHeader } from '../../lab/report/trades-csv.ts'
import { runBacktest } from '../../lab/run/make-run.ts'
import type { ExchangeConfig, RunConfig } from '../../lab/run/run-config.ts'
import { buildIdentity } from '../../node/build-identity.ts'
import { writeCheckpoint } from '../../node/checkpoint-files.ts'
import { loadStrategy, placeOfError } from '../../node/strategy-loader.ts'
import { installStrategyGuard } from '../../node/strategy-guard.ts'
import { createTape } from '../../node/tape-writer.ts'
import type { WatchedWork } from '../../node/watched-worker.ts'
import { UsageError } from '../command.ts'
import { RUN_FILES } from '../run-folder.ts'
import { embedInputs, embedStrategy } from './embed.ts'
import { isStrategyFile, openInputs, strategyReference } from './inputs.ts'
import type { InputSpec } from './inputs.ts'
import { runHash } from './verify-work.ts'

/** What a backtest is asked to do: plain data, because it crosses to another thread. */
export interface BacktestRequest {
  readonly strategy: string
  readonly settings: Readonly<Record<string, string>>
  readonly inputs: readonly InputSpec[]
  /** Only these symbols, or all that the inputs have. */
  readonly symbols: readonly string[]
  readonly cash: string
  readonly engine: Pick<EngineConfig, 'leverage' | 'limits'>
  readonly sizer: EngineConfig['strategies'][number]['sizer']
  readonly exchange: ExchangeConfig
  readonly latency: LatencyModel
  readonly from: number
  readonly to: number
  readonly folder: string
  /** Copies the input tapes and the strategy into the run folder. */
  readonly embed: boolean
  /** Microseconds since 1970, for the files' headers. */
  readonly createdAt: number
}

export interface BacktestOutcome {
  readonly folder: string
  readonly report: Report
  readonly inputs: number
  /** Strategies that threw and were paused; the report says where and why. */
  readonly failures: number
}

/** Does the backtest; `tools` belong to the thread that watches it. */
export async function performBacktest(request: BacktestRequest, tools: WatchedWork): Promise<BacktestOutcome> {
  const loaded = await loadStrategy(request.strategy)
  const { folder, embed } = request
  const inputs = await openInputs(embed ? await embedInputs(request.inputs, folder) : request.inputs)
  const file = isStrategyFile(request.strategy) && embed ? await embedStrategy(loaded.files, folder) : request.strategy
  const { source } = inputs
  const config = makeConfig(request, loaded, source.instruments, inputs.hashes)
  const asset = config.engine.balances[0]?.asset ?? ''
  const money = join(request.folder, RUN_FILES.money)
  const sink = await createTape(money, {
    lane: 'money',
    instruments: source.instruments,
    origin: { build: canonicalJson(config.build), createdAt: request.createdAt },
  })
  const trades = createWriteStream(join(request.folder, RUN_FILES.trades))
  trades.write(tradesCsvHeader(asset))
  let builder: ReportBuilder | undefined
  let equity: () => bigint = () => 0n
  const prepared = (made: Engine): void => {
    equity = equityReader(made)
    tools.countedBy(made.sequence)
    // Memory that cannot be stored is refused before the first row, and not at the first checkpoint.
    made.save()
    builder = new ReportBuilder({
      instruments: source.instruments,
      strategies: [loaded.definition.name],
      asset,
      startEquity: parseAmount(request.cash, AMOUNT_DECIMALS),
      prices: made.market,
      errorText: errorMessage,
      failureText: () => failureText(made, loaded.files),
      onTrade: (trade) => trades.write(tradeCsvLine(trade)),
    })
  }
  const observer: BacktestObserver = {
    record: (buffer, row) => builder?.row(buffer, row),
    market: (buffer, row) => {
      if (builder?.market(buffer, row) === true) {
        builder.sample(buffer.f64[row * 8 + 1] as number, equity())
      }
    },
    progress: (rows) => tools.tell(rows),
  }
  const guard = installStrategyGuard(loaded.files)
  const run = await runBacktest(config, {
    source,
    definitions: tools.watch([loaded.definition]),
    log: new RunLog(sink, (number, state) => writeCheckpoint(folder, number, state)),
    references: [...inputs.references(folder), strategyReference(loaded.definition.name, file, folder)],
    observer,
    prepared,
  }).finally(() => guard.uninstall())
  await source.close()
  await sink.seal()
  trades.end()
  await once(trades, 'close')
  const report = (builder as ReportBuilder | undefined)?.finish({
    timeUs: run.engine.time[0] as number,
    equity: equity(),
    run: {
      name: basename(request.folder),
      hash: runHash(run.end),
      stateHash: run.end.stateHash,
      build: Object.entries(config.build).map(([name, value]) => ({ name, value: String(value) })),
      tapes: inputs
        .references(request.folder)
        .map((r) => ({ file: 'file' in r ? r.file : 'synthetic market', hash: 'hash' in r ? r.hash : '' })),
      settings: settingsOf(config),
      configuration: config,
    },
    notices: [
      ...inputs.notices,
      ...(run.end.overflow > 0
        ? [`${run.end.overflow} rows came too late for the exchange's reordering window and were taken as they came`]
        : []),
    ],
  })
  if (report === undefined) throw new Error('the run ended before it began')
  await writeFile(join(request.folder, RUN_FILES.report), `${JSON.stringify(report, undefined, 2)}\n`)
  await writeFile(join(request.folder, RUN_FILES.page), reportPage(report))
  return { folder: request.folder, report, inputs: run.end.inputs, failures: run.engine.roster.failures.length }
}

function makeConfig(
  request: BacktestRequest,
  loaded: { readonly definition: { readonly name: string }; readonly sourceHash: string },
  instruments: EngineConfig['instruments'],
  tapes: readonly string[],
): RunConfig {
  const unknown = request.symbols.filter((symbol) => !instruments.some((one) => one.symbol === symbol))
  if (unknown.length > 0)
    throw new UsageError(
      `the inputs hold no ${unknown.join(', ')}; they hold ${instruments.map((one) => one.symbol).join(', ')}`,
    )
  const own = instruments.flatMap((one, i) =>
    request.symbols.length === 0 || request.symbols.includes(one.symbol) ? [i] : [],
  )
  const settle = instruments[own[0] ?? 0]?.settle
  if (settle === undefined) throw new StrategyError('the inputs hold no instrument: there is nothing to trade')
  return {
    kind: 'backtest',
    build: buildIdentity(),
    engine: {
      ...DEFAULT_CONFIG,
      ...request.engine,
      instruments,
      balances: [{ asset: settle, amount: request.cash }],
      strategies: [
        {
          name: loaded.definition.name,
          sourceHash: loaded.sourceHash,
          settings: request.settings,
          instruments: own,
          sizer: request.sizer,
        },
      ],
    },
    exchange: request.exchange,
    latency: request.latency,
    from: request.from,
    to: request.to,
    tapes,
  }
}

/** Where and why the newest of the failed strategies threw. */
function failureText(engine: Engine, files: readonly string[]): string {
  const failure = engine.roster.failures.at(-1)
  if (failure === undefined) return ''
  const { error, sequence } = failure
  const message = error instanceof Error ? error.message : String(error)
  const place = placeOfError(error, files)
  const placed = place === undefined || message.startsWith(place) ? message : `${place}: ${message}`
  return `${placed} (input ${sequence})`
}

function settingsOf(config: RunConfig): readonly { readonly name: string; readonly value: string }[] {
  const percent = (rate: number): string => `${printDecimal(rate, RATE_DECIMALS - 2, { trim: true })} %`
  const { exchange, engine, latency } = config
  const strategy = engine.strategies[0]
  const sizer = strategy?.sizer
  return [
    { name: 'maker fee', value: percent(exchange.makerFeeRate) },
    { name: 'taker fee', value: percent(exchange.takerFeeRate) },
    {
      name: 'latency',
      value:
        latency.kind === 'recorded'
          ? 'as recorded'
          : `${latency.order / 1000} ms to the venue, ${latency.response / 1000} ms back`,
    },
    { name: 'queue model', value: exchange.queue },
    { name: 'fills on candles', value: exchange.candleFill },
    { name: 'leverage', value: `${engine.leverage}x` },
    {
      name: 'sizer',
      value:
        sizer === undefined
          ? ''
          : sizer.kind === 'fixed-notional'
            ? `${sizer.notional} per signal`
            : `${sizer.fraction * 100} % of equity at risk, at most ${sizer.maxNotional}`,
    },
    ...Object.entries(strategy?.settings ?? {}).map(([name, value]) => ({ name: `set ${name}`, value })),
  ]
}
