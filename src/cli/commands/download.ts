/** `tapewright download`: brings public market data onto the disk. */
import { systemClock } from '../../node/clock.ts'
import { nodeFiles } from '../../node/files.ts'
import { nodeHttp } from '../../node/http.ts'
import { DataCatalog } from '../../store/download/catalog.ts'
import { dayOf, parseSpan, spanText } from '../../store/download/days.ts'
import { downloadAll } from '../../store/download/download.ts'
import { planDownload, type DownloadPlan } from '../../store/download/plan.ts'
import type { DownloadProgress } from '../../store/download/progress.ts'
import type { DownloadReport, SeriesReport } from '../../store/download/report.ts'
import { isPublicVenue, PUBLIC_VENUES, seriesText, type Wanted } from '../../store/download/series.ts'
import { EXIT, UsageError } from '../command.ts'
import type { Arguments, Command, Terminal } from '../command.ts'
import { isPriceSeries } from '../data-selection.ts'
import { DATA_FOLDER, makeTape, tellRejected, type DataTape } from '../data-tapes.ts'
import { errorText } from '../failures.ts'
import { bytesText, countText, plural } from '../table.ts'

/** More connections at a time than this help nobody and annoy the host. */
const PARALLEL_MAX = 16

export const download: Command = {
  name: 'download',
  usage:
    'INSTRUMENT… (--candles 1m | --trades | --agg-trades | --funding | --mark 1m)… (--last 90d | --from DATE [--to DATE])',
  summary: 'Downloads public market data of days past and of today, and makes tapes of it.',
  options: [
    { name: 'venue', value: 'VENUE', help: `${PUBLIC_VENUES.join(' or ')} (default: ${String(PUBLIC_VENUES[0])})` },
    { name: 'candles', value: 'INTERVAL', many: true, help: 'candles of an interval: 1m, 5m, 1h, 1d' },
    { name: 'trades', help: 'every trade' },
    { name: 'agg-trades', help: 'trades as the venue aggregates them: a third of the size' },
    { name: 'funding', help: 'funding rates' },
    { name: 'mark', value: 'INTERVAL', many: true, help: 'candles of the mark price (kept as files)' },
    { name: 'last', value: 'SPAN', help: 'so many whole days or weeks and today so far: 90d, 12w' },
    { name: 'from', value: 'DATE', help: 'first day (UTC)' },
    { name: 'to', value: 'DATE', help: 'last day (UTC, included; default: today)' },
    { name: 'data', value: 'FOLDER', help: `where the data is kept (default: ${DATA_FOLDER})` },
    { name: 'verify', help: 'compare what is here with the published checksums again' },
    { name: 'recheck', help: 'ask again for days that the venue did not have' },
    { name: 'parallel', value: 'N', help: `files under way at a time, up to ${PARALLEL_MAX} (default: 4)` },
    { name: 'base-url', value: 'URL', help: 'take everything from this address (a mirror)' },
  ],
  examples: [
    'tapewright download BTCUSDT ETHUSDT --candles 1m --funding --last 90d',
    'tapewright download BTCUSDT --agg-trades --from 2025-05-04 --to 2025-05-06',
    'tapewright download BTCUSDT --venue binance-spot --candles 1h --last 52w --data ./data',
  ],
  async run(args, terminal) {
    const dataDir = args.one('data') ?? DATA_FOLDER
    const files = nodeFiles(dataDir)
    const plan = await planOf(args, await DataCatalog.open(files))
    const parallel = parallelOf(args.one('parallel'))
    let stopping = false
    const stop = (): void => {
      stopping = true
      terminal.remark('stopping; press Ctrl-C again to leave at once')
    }
    process.once('SIGINT', stop)
    try {
      const report = await downloadAll(
        plan,
        { http: nodeHttp, files, clock: systemClock },
        {
          baseUrl: args.one('base-url'),
          ...(parallel === undefined ? {} : { parallel }),
          verify: args.has('verify'),
          onProgress: (progress) => terminal.progress(progressText(progress)),
          shouldStop: () => stopping,
        },
      )
      const tapes = stopping ? [] : await makeTapes(dataDir, report, terminal)
      terminal.document(documentOf(plan, report, tapes))
      tell(report, tapes, terminal)
      if (report.problems.length > 0) return EXIT.usage
      return report.complete ? EXIT.success : EXIT.negative
    } finally {
      process.removeListener('SIGINT', stop)
    }
  },
}

async function planOf(args: Arguments, catalog: DataCatalog): Promise<DownloadPlan> {
  const venue = args.one('venue') ?? 'binance-usdm'
  if (!isPublicVenue(venue))
    throw new UsageError(`--venue ${venue}: public data is published for ${PUBLIC_VENUES.join(' and ')}`)
  const base = args.one('base-url')
  if (base !== undefined && !/^https?:\/\/\S+$/.test(base))
    throw new UsageError(`--base-url ${base}: write an address such as https://mirror.example.org`)
  const today = dayOf(systemClock.nowMicros() / 1000)
  const [last, from, to] = [args.one('last'), args.one('from'), args.one('to')]
  const span = parseSpan(
    {
      ...(last === undefined ? {} : { last }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    },
    today,
  )
  if (!span.ok) throw new UsageError(span.message)
  const symbols = args.positionals.flatMap((text) => text.split(',')).filter((text) => text !== '')
  const request = { venue, symbols, wanted: wantedOf(args), span: span.span, recheck: args.has('recheck') }
  const planned = planDownload(request, today, catalog)
  if (!planned.ok) throw new UsageError(planned.messages.join('\n'))
  return planned.plan
}

function wantedOf(args: Arguments): Wanted[] {
  return [
    ...args.all('candles').map((interval): Wanted => ({ kind: 'klines', interval })),
    ...args.all('mark').map((interval): Wanted => ({ kind: 'markPriceKlines', interval })),
    ...(args.has('trades') ? [{ kind: 'trades', interval: undefined } as const] : []),
    ...(args.has('agg-trades') ? [{ kind: 'aggTrades', interval: undefined } as const] : []),
    ...(args.has('funding') ? [{ kind: 'fundingRate', interval: undefined } as const] : []),
  ]
}

function parallelOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const count = /^\d+$/.test(text) ? Number(text) : 0
  if (count < 1 || count > PARALLEL_MAX)
    throw new UsageError(`--parallel ${text}: write a number from 1 to ${PARALLEL_MAX}`)
  return count
}

function progressText({ filesDone, filesTotal, bytes, current, waiting }: DownloadProgress): string {
  const done = `${filesDone} of ${plural(filesTotal, 'file')}, ${bytesText(bytes)}`
  if (waiting !== undefined) return `${done}; waiting ${Math.ceil(waiting.milliseconds / 1000)} s: ${waiting.reason}`
  return `${done}, ${current}`
}

/** Makes the tapes of what is there now, so that a backtest finds them. */
async function makeTapes(dataDir: string, report: DownloadReport, terminal: Terminal): Promise<readonly DataTape[]> {
  const catalog = await DataCatalog.open(nodeFiles(dataDir))
  const tapes: DataTape[] = []
  for (const { series, files } of report.series) {
    if (!isPriceSeries(series) || files.length === 0) continue
    const tape = await makeTape(dataDir, catalog, series, terminal)
    tellRejected(tape, terminal)
    tapes.push(tape)
  }
  return tapes
}

function documentOf(plan: DownloadPlan, report: DownloadReport, tapes: readonly DataTape[]): unknown {
  const { complete, counts, bytes, rows, problems, notes, rules } = report
  return {
    complete,
    venue: plan.venue,
    days: spanText(plan.span),
    series: report.series.map(({ series, files, missing, absent, reachesMs }) => ({
      symbol: series.symbol,
      kind: series.kind,
      interval: series.interval ?? null,
      files: files.map(({ path }) => path),
      missing: missing.map(spanText),
      absent: absent.map(spanText),
      reaches: reachesMs === undefined ? null : new Date(reachesMs).toISOString(),
    })),
    tapes,
    rules,
    counts,
    bytes,
    rows,
    problems,
    notes,
  }
}

function tell(report: DownloadReport, tapes: readonly DataTape[], terminal: Terminal): void {
  const { downloaded, kept, replaced, fromRest } = report.counts
  for (const series of report.series) terminal.print(seriesLine(series))
  const counts = [
    `${countText(downloaded + replaced)} downloaded`,
    `${countText(kept)} kept`,
    ...(fromRest > 0 ? [`${countText(fromRest)} from REST`] : []),
  ]
  terminal.print(`files: ${counts.join(', ')} (${bytesText(report.bytes)})`)
  for (const { path, rows, made } of tapes)
    terminal.print(`tape ${path}: ${plural(rows, 'row')}${made ? '' : ', up to date'}`)
  for (const note of report.notes) terminal.print(note)
  for (const { place, message, remedy, files } of report.problems) {
    const more = files > 1 ? ` (and ${plural(files - 1, 'more file')})` : ''
    terminal.remark(errorText(`${place}${more}: ${message} ${remedy}`))
  }
}

function seriesLine({ series, files, missing, reachesMs }: SeriesReport): string {
  const first = files[0]
  if (first === undefined || reachesMs === undefined) return `${seriesText(series)}: nothing`
  const span = spanText({ from: dayOf(first.fromMs), to: dayOf(reachesMs - 1) })
  const holes = missing.length === 0 ? '' : `; missing ${missing.map(spanText).join(', ')}`
  return `${seriesText(series)}: ${span}, ${plural(files.length, 'file')}${holes}`
}
