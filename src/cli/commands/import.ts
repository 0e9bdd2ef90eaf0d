/** `tapewright import`: recorded data in, one tape out. */
import { mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { openInputs } from '../../node/input-files.ts'
import { importFiles } from '../../store/import/import.ts'
import type { ImportProgress, ImportResult } from '../../store/import/import.ts'
import type { Rejection } from '../../store/import/rejections.ts'
import type { InstrumentSummary, PriceLevel } from '../../store/import/summary.ts'
import { EXIT, UsageError } from '../command.ts'
import type { Arguments, Command } from '../command.ts'
import { readRules, venueNamed } from '../exchange-rules.ts'
import { errorText } from '../failures.ts'
import { countText, plural, tableText } from '../table.ts'
import { TapeOutput } from '../tape-output.ts'
import { showTime } from '../times.ts'

export const importCommand: Command = {
  name: 'import',
  usage: 'FILE… --venue VENUE --out TAPE [--symbol S] [--instruments FILE]',
  summary: 'Makes a tape of recorded messages, candle and funding tables, and public-data files, plain, gz or zip.',
  options: [
    { name: 'venue', value: 'VENUE', help: 'whose messages they are: binance-usdm or binance-spot' },
    { name: 'out', value: 'TAPE', help: 'the tape to write; one that is there is replaced when the new one is whole' },
    { name: 'symbol', value: 'S', help: 'what the files are about, where neither their names nor their lines say' },
    {
      name: 'instruments',
      value: 'FILE',
      help: 'the venue’s exchangeInfo with the rules; without it they are inferred',
    },
  ],
  examples: [
    'tapewright import btcusdt_20240808.gz --venue binance-usdm --out btc.tape',
    'tapewright import day1.gz day2.gz --venue binance-spot --out two-days.tape --json',
    'tapewright import BTCUSDT.csv.gz --venue binance-usdm --symbol BTCUSDT --out candles.tape',
    'tapewright import BTCUSDT-aggTrades-2025-05.zip --venue binance-usdm --instruments exchangeInfo.json --out may.tape',
  ],
  async run(args, terminal) {
    if (args.positionals.length === 0)
      throw new UsageError(
        'name the files to import, such as: tapewright import rec.gz --venue binance-usdm --out rec.tape',
      )
    const venue = venueNamed(args.one('venue'), 'whose data is it? Add')
    const out = outOf(args)
    const rulesFile = args.one('instruments')
    const rules = rulesFile === undefined ? undefined : readRules(rulesFile, venue, terminal)
    const symbol = args.one('symbol')?.toUpperCase()
    const inputs = await openInputs(args.positionals)
    mkdirSync(dirname(resolve(out)), { recursive: true })
    const output = new TapeOutput(out)
    const result = await output.keepIfDone(() =>
      importFiles(
        inputs.map((file) => ({ file })),
        (instruments) => output.open(instruments),
        {
          venue,
          ...(symbol === undefined ? {} : { symbol }),
          ...(rules === undefined ? {} : { instruments: rules }),
          progress: (progress) => terminal.progress(progressText(progress)),
        },
      ),
    )
    const { rows, hash, rejected, instruments } = result
    terminal.document({ rows, hash, rejected, instruments })
    if (rows > 0) terminal.print(textOf(out, result))
    for (const rejection of rejected) terminal.remark(errorText(placeText(rejection)))
    if (rows > 0) return rejected.length > 0 ? EXIT.negative : EXIT.success
    rmSync(out, { force: true })
    terminal.remark(errorText('nothing could be imported, so no tape was written'))
    return EXIT.usage
  },
}

function outOf(args: Arguments): string {
  const out = args.one('out')
  if (out === undefined) throw new UsageError('where to? Add --out TAPE, such as --out btc.tape')
  if (args.positionals.some((file) => resolve(file) === resolve(out)))
    throw new UsageError(`--out ${out} is one of the files to import: choose another name`)
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new UsageError(`--out ${out} is a folder: name a file in it`)
  return out
}

function progressText({ stage, files, filesTotal, rows }: ImportProgress): string {
  return stage === 'survey' ? `looking through ${files} of ${plural(filesTotal, 'file')}` : `${countText(rows)} rows`
}

/** `FILE, line 12: reason`; a file of its own is named once. */
function placeText({ file, line, reason }: Rejection): string {
  return line === 0 ? `${file}: ${reason}` : `${file}, line ${line}: ${reason}`
}

function textOf(out: string, { rows, hash, instruments }: ImportResult): string {
  const columns = [
    { name: 'instrument' },
    { name: 'depth messages', right: true },
    { name: 'trades', right: true },
    { name: 'candles', right: true },
    { name: 'gaps', right: true },
    { name: 'best bid', right: true },
    { name: 'best ask', right: true },
    { name: 'first (UTC)' },
    { name: 'last (UTC)' },
  ]
  return [
    tableText(columns, instruments.map(cellsOf)),
    '',
    `${out}: ${plural(rows, 'row')}, hash ${hash}`,
    `look inside: tapewright info ${out}`,
  ].join('\n')
}

function cellsOf(one: InstrumentSummary): readonly string[] {
  return [
    one.symbol,
    countText(one.depthMessages),
    countText(one.trades),
    countText(one.candles),
    countText(one.gaps),
    levelText(one.bestBid),
    levelText(one.bestAsk),
    showTime(one.firstTime),
    showTime(one.lastTime),
  ]
}

function levelText(level: PriceLevel | null): string {
  return level === null ? '' : `${level.price} x ${level.quantity}`
}
