/**
 * Which table a CSV file is: told by its header, by its name, or by the shape of its first row.
 *
 * Old public-data files have no header and the site's names change, so all three are asked; where they leave it open, the
 * file is refused rather than guessed at.
 */

/** Tables by the public-data site's own names; `candles` and `funding` are the plain two of no venue. */
export type CsvForm =
  'klines' | 'markPriceKlines' | 'trades' | 'aggTrades' | 'bookTicker' | 'fundingRate' | 'candles' | 'funding'

/** What each column is called here, in the order in which files without header have them. */
const COLUMNS: Readonly<Record<CsvForm, readonly string[]>> = {
  klines: [
    'openTime',
    'open',
    'high',
    'low',
    'close',
    'volume',
    'closeTime',
    'quoteVolume',
    'trades',
    'takerBuyVolume',
  ],
  markPriceKlines: ['openTime', 'open', 'high', 'low', 'close', 'volume', 'closeTime'],
  trades: ['id', 'price', 'quantity', 'quoteQuantity', 'time', 'buyerMaker'],
  aggTrades: ['id', 'price', 'quantity', 'firstId', 'lastId', 'time', 'buyerMaker'],
  bookTicker: ['id', 'bid', 'bidQuantity', 'ask', 'askQuantity', 'time', 'eventTime'],
  fundingRate: ['time', 'hours', 'rate'],
  candles: ['openTime', 'open', 'high', 'low', 'close', 'volume'],
  funding: ['time', 'rate'],
}

/** Header names, as files have had them over the years, and what the column is called here. */
const HEADERS: ReadonlyMap<string, string> = new Map([
  ['open_time', 'openTime'],
  ['open', 'open'],
  ['high', 'high'],
  ['low', 'low'],
  ['close', 'close'],
  ['volume', 'volume'],
  ['close_time', 'closeTime'],
  ['quote_volume', 'quoteVolume'],
  ['quote_asset_volume', 'quoteVolume'],
  ['count', 'trades'],
  ['number_of_trades', 'trades'],
  ['taker_buy_volume', 'takerBuyVolume'],
  ['taker_buy_base_asset_volume', 'takerBuyVolume'],
  ['id', 'id'],
  ['trade_id', 'id'],
  ['agg_trade_id', 'id'],
  ['update_id', 'id'],
  ['price', 'price'],
  ['qty', 'quantity'],
  ['quantity', 'quantity'],
  ['first_trade_id', 'firstId'],
  ['last_trade_id', 'lastId'],
  ['time', 'time'],
  ['transact_time', 'time'],
  ['transaction_time', 'time'],
  ['event_time', 'eventTime'],
  ['is_buyer_maker', 'buyerMaker'],
  ['best_bid_price', 'bid'],
  ['best_bid_qty', 'bidQuantity'],
  ['best_ask_price', 'ask'],
  ['best_ask_qty', 'askQuantity'],
  ['calc_time', 'time'],
  ['funding_time', 'time'],
  ['funding_interval_hours', 'hours'],
  ['funding_rate', 'rate'],
  ['last_funding_rate', 'rate'],
])

/** A table and where its columns stand. */
export interface CsvTable {
  readonly form: CsvForm
  /** Place of each column by its name here. */
  readonly columns: ReadonlyMap<string, number>
  readonly hasHeader: boolean
}

export type CsvTableResult =
  { readonly ok: true; readonly table: CsvTable } | { readonly ok: false; readonly reason: string }

/**
 * Recognises the table from its first row and the path of the file, of which folder and name are looked at
 * (`…/markPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2024-01.zip`).
 */
export function recogniseTable(firstRow: string, path: string): CsvTableResult {
  const cells = firstRow.split(',').map((cell) => cell.trim())
  const hasHeader = !/^-?[0-9]/.test(cells[0] ?? '')
  const named = formFromPath(path)
  if (named === 'other-klines') {
    return refuse('index and premium prices have no rows of their own: import klines or markPriceKlines instead')
  }
  if (hasHeader) return fromHeader(cells, named)
  const form = formFromShape(cells, named)
  if (form === undefined)
    return refuse(`the columns are not known: a first row of ${cells.length} cells without a header`)
  return { ok: true, table: { form, columns: new Map(COLUMNS[form].map((name, place) => [name, place])), hasHeader } }
}

function fromHeader(cells: readonly string[], named: CsvForm | undefined): CsvTableResult {
  const columns = new Map<string, number>()
  cells.forEach((cell, place) => {
    const name = HEADERS.get(cell.toLowerCase())
    if (name !== undefined && !columns.has(name)) columns.set(name, place)
  })
  const form = named ?? formFromColumns(columns)
  const missing =
    form === undefined ? undefined : COLUMNS[form].filter((name) => !columns.has(name) && !OPTIONAL.has(name))
  if (form === undefined || missing === undefined) return refuse(`the header names no known table: ${cells.join(',')}`)
  if (missing.length > 0) return refuse(`the header of ${form} lacks ${missing.join(', ')}`)
  return { ok: true, table: { form, columns, hasHeader: true } }
}

/** Columns that a table may lack: nothing is taken from them, or only a figure that may be unknown. */
const OPTIONAL = new Set(['quoteQuantity', 'quoteVolume', 'trades', 'takerBuyVolume', 'eventTime'])

function formFromColumns(columns: ReadonlyMap<string, number>): CsvForm | undefined {
  const has = (...names: string[]): boolean => names.every((name) => columns.has(name))
  if (has('openTime', 'open', 'high', 'low', 'close')) return has('closeTime') ? 'klines' : 'candles'
  if (has('bid', 'ask')) return 'bookTicker'
  if (has('time', 'rate')) return has('hours') ? 'fundingRate' : 'funding'
  if (has('price', 'quantity', 'time')) return has('firstId', 'lastId') ? 'aggTrades' : 'trades'
  return undefined
}

/** The table that the path names; 'other-klines' are candles of prices nobody trades at. */
function formFromPath(path: string): CsvForm | 'other-klines' | undefined {
  const parts = path.split(/[/\\]/)
  if (parts.includes('markPriceKlines')) return 'markPriceKlines'
  if (parts.includes('indexPriceKlines') || parts.includes('premiumIndexKlines')) return 'other-klines'
  const kind = /-(trades|aggTrades|bookTicker|fundingRate)-[0-9]{4}/.exec(parts.at(-1) ?? '')?.[1]
  return kind === undefined ? undefined : (kind as CsvForm)
}

/** The table whose rows look like this one. Trades and aggregates part by their truth values, which stand last. */
function formFromShape(cells: readonly string[], named: CsvForm | undefined): CsvForm | undefined {
  const truths = cells.filter((cell) => /^(true|false)$/i.test(cell)).length
  const shape = `${cells.length} cells, ${truths} true or false`
  switch (shape) {
    case '12 cells, 0 true or false':
      return named === 'markPriceKlines' ? named : 'klines'
    case '6 cells, 1 true or false':
    case '7 cells, 2 true or false':
      return 'trades'
    case '7 cells, 1 true or false':
    case '8 cells, 2 true or false':
      return 'aggTrades'
    case '7 cells, 0 true or false':
      return named === 'bookTicker' ? named : undefined
    case '6 cells, 0 true or false':
      return 'candles'
    case '3 cells, 0 true or false':
      return named === 'fundingRate' ? named : undefined
    case '2 cells, 0 true or false':
      return 'funding'
    default:
      return undefined
  }
}

function refuse(reason: string): CsvTableResult {
  return { ok: false, reason }
}

/** The symbol in the name of a file: `BTCUSDT.csv.gz`, `BTCUSDT-1m-2024-01.zip`; undefined when it has none. */
export function symbolFromPath(path: string): string | undefined {
  const name = path.split(/[/\\]/).at(-1) ?? ''
  return /^([\p{Lu}\p{Lo}\p{N}]{2,}(?:_[0-9]{6})?)(?:[-.]|$)/u.exec(name)?.[1]
}
