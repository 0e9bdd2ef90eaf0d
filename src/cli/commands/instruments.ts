/** `tapewright instruments`: what can be traded, and by which rules: of a tape, of exchange information, of the data folder. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { nodeFiles } from '../../node/files.ts'
import { tapeInfo } from '../../node/tape-files.ts'
import { DataCatalog } from '../../store/download/catalog.ts'
import { spanText } from '../../store/download/days.ts'
import { EXIT, UsageError } from '../command.ts'
import type { Arguments, Command, Terminal } from '../command.ts'
import { DATA_FOLDER } from '../data-tapes.ts'
import { readRules, venueNamed } from '../exchange-rules.ts'
import { INSTRUMENT_COLUMNS, instrumentCells, instrumentDocument } from '../instrument-document.ts'
import { plural, tableText } from '../table.ts'

/** First bytes of a tape. */
const TAPE_MAGIC = Buffer.from([0x89, 0x54, 0x41, 0x50, 0x45])
/** Days of a series that a line names before the rest is only counted. */
const SPANS_SHOWN = 3

export const instruments: Command = {
  name: 'instruments',
  usage: '[TAPE | EXCHANGE-INFO] [--symbol S]',
  summary: 'Lists instruments and their rules: of a tape, of the venue’s exchange information, or what was downloaded.',
  options: [
    { name: 'symbol', value: 'S', help: 'only symbols that contain this text' },
    {
      name: 'venue',
      value: 'VENUE',
      help: 'of exchange information: binance-usdm or binance-spot (default: what it looks like)',
    },
    { name: 'data', value: 'FOLDER', help: `the data folder, listed when nothing is named (default: ${DATA_FOLDER})` },
  ],
  examples: [
    'tapewright instruments',
    'tapewright instruments btc.tape',
    'tapewright instruments exchangeInfo.json --symbol BTC --json',
  ],
  async run(args, terminal) {
    const [path, ...more] = args.positionals
    if (more.length > 0) throw new UsageError('name one tape or one file with exchange information')
    if (path === undefined) return listData(args, terminal)
    const text = args.one('venue')
    const venue = text === undefined ? undefined : venueNamed(text, '')
    const found = isTape(path) ? (await tapeInfo(path)).instruments : readRules(path, venue, terminal)
    const shown = found.filter(({ symbol }) => matches(args, symbol)).map(instrumentDocument)
    terminal.document({ source: path, instruments: shown })
    terminal.print(tableText(INSTRUMENT_COLUMNS, shown.map(instrumentCells)))
    return EXIT.success
  },
}

/** What was downloaded, by venue and symbol. */
async function listData(args: Arguments, terminal: Terminal): Promise<number> {
  const folder = args.one('data') ?? DATA_FOLDER
  const catalog = await DataCatalog.open(nodeFiles(folder))
  const found = catalog.series
    .filter(({ series }) => matches(args, series.symbol))
    .map(({ series, days }) => ({
      venue: series.venue,
      symbol: series.symbol,
      kind: series.kind,
      interval: series.interval ?? null,
      days: days.map(spanText),
      rules: catalog.rulesPath(series.venue, series.symbol) ?? null,
    }))
  terminal.document({ source: folder, data: found })
  if (found.length === 0) {
    terminal.print(`no data in ${folder}; get some with: tapewright download BTCUSDT --candles 1m --last 90d`)
    return EXIT.success
  }
  const rows = found.map(({ venue, symbol, kind, interval, days }) => {
    const left =
      days.length > SPANS_SHOWN ? ` and ${plural(days.length - SPANS_SHOWN, 'more stretch', 'more stretches')}` : ''
    return [
      `${venue}:${symbol}`,
      interval === null ? kind : `${kind} ${interval}`,
      days.slice(0, SPANS_SHOWN).join(', ') + left,
    ]
  })
  terminal.print(tableText([{ name: 'instrument' }, { name: 'data' }, { name: 'days (UTC)' }], rows))
  return EXIT.success
}

function matches(args: Arguments, symbol: string): boolean {
  return symbol.includes((args.one('symbol') ?? '').toUpperCase())
}

function isTape(path: string): boolean {
  if (statSync(path).isDirectory()) return true
  const start = Buffer.alloc(TAPE_MAGIC.length)
  const file = openSync(path, 'r')
  try {
    readSync(file, start)
  } finally {
    closeSync(file)
  }
  return start.equals(TAPE_MAGIC)
}
