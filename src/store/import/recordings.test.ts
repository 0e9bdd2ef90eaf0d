/** The recordings, whose figures others have computed: an import must find exactly those. */
import assert from 'node:assert/strict'
import { dirname, join } from 'node:path'
import { Book, TOP } from '../../core/market/book.ts'
import { chainRuleOf } from '../../core/market/chain-rule.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { BEST_BID_ASK, DEPTH_DIFF, DEPTH_SNAPSHOT } from '../../core/tape/kinds.ts'
import { VERSION } from '../../core/tape/layout.ts'
import { kindOf, recordRows, RowBuffer } from '../../core/tape/row-buffer.ts'
import { openInputs } from '../../node/input-files.ts'
import { dataTest } from '../../testing/data.ts'
import type { BinanceVenue } from '../../venues/binance/decoder.ts'
import { importFiles, type ImportResult } from './import.ts'
import { readInstruments } from './instruments-file.ts'

/** Imports files and keeps every buffer. */
async function importAll(
  paths: readonly string[],
  venue: BinanceVenue,
  given?: readonly Instrument[],
): Promise<ImportResult & { readonly tape: readonly RowBuffer[]; readonly table: readonly Instrument[] }> {
  const tape: RowBuffer[] = []
  let table: readonly Instrument[] = []
  let rows = 0
  const files = (await openInputs(paths)).map((file) => ({ file }))
  const result = await importFiles(
    files,
    (instruments) => {
      table = instruments
      return Promise.resolve({
        append(buffer: RowBuffer) {
          const copy = new RowBuffer(buffer.length)
          copy.u8.set(buffer.u8.subarray(0, buffer.length * 64))
          copy.length = buffer.length
          tape.push(copy)
          rows += buffer.length
          return Promise.resolve()
        },
        seal: () => Promise.resolve({ rows, hash: '' }),
      })
    },
    given === undefined ? { venue } : { venue, instruments: given },
  )
  return { ...result, tape, table }
}

/** Calls `visit` with every record of a tape. */
function walk(tape: readonly RowBuffer[], visit: (buffer: RowBuffer, row: number) => void): void {
  for (const buffer of tape) for (let row = 0; row < buffer.length; row += recordRows(buffer, row)) visit(buffer, row)
}

/**
 * Of the depth diffs since the book is live: the share after which its best prices and quantities are those of the newest
 * best-bid-ask row, by update id over the whole tape, that is not newer than the diff; and how often the book was crossed.
 */
function agreement(
  tape: readonly RowBuffer[],
  venue: BinanceVenue,
): { readonly share: number; readonly crossings: number } {
  const tops: { readonly id: number; readonly top: readonly number[] }[] = []
  walk(tape, (buffer, row) => {
    if (kindOf(buffer, row) !== BEST_BID_ASK.kind) return
    const slot = row * 8
    tops.push({
      id: buffer.f64[slot + VERSION] ?? NaN,
      top: [...buffer.f64.subarray(slot + BEST_BID_ASK.bid, slot + BEST_BID_ASK.bid + 4)],
    })
  })
  tops.sort((a, b) => a.id - b.id)
  const book = new Book({ tickSize: 1, rule: chainRuleOf(venue) })
  let compared = 0
  let equal = 0
  let next = 0
  walk(tape, (buffer, row) => {
    const kind = kindOf(buffer, row)
    if (kind !== DEPTH_DIFF.kind && kind !== DEPTH_SNAPSHOT.kind) return
    book.apply(buffer, row)
    if (kind !== DEPTH_DIFF.kind || book.state !== 1) return
    while (next < tops.length && (tops[next]?.id ?? Infinity) <= book.lastUpdateId) next++
    const newest = tops[next - 1]
    if (newest === undefined) return
    compared++
    if (newest.top.every((value, place) => value === book.top[TOP.bid + place])) equal++
  })
  return { share: equal / compared, crossings: book.crossings }
}

interface Known {
  readonly venue: BinanceVenue
  readonly files: readonly string[]
  readonly depthMessages: number
  readonly levelUpdates: number
  readonly trades: readonly [count: number, first: number, last: number]
  readonly lastUpdateId: number
  /** Prices, quantities and the volume, compared as decimals. */
  readonly figures: readonly [bid: string, bidQuantity: string, ask: string, askQuantity: string, volume: string]
  readonly levels: readonly [bids: number, asks: number]
}

const RECORDINGS: readonly Known[] = [
  {
    venue: 'binance-usdm',
    files: ['btcusdt_20240808'],
    depthMessages: 6551,
    levelUpdates: 443_521,
    trades: [21_313, 5_266_583_935, 5_266_605_247],
    lastUpdateId: 5_123_135_475_514,
    figures: ['61659.70', '1.486', '61659.80', '0.981', '2429.366'],
    levels: [5018, 4578],
  },
  {
    venue: 'binance-usdm',
    files: ['ethusdt_20240808'],
    depthMessages: 6586,
    levelUpdates: 428_662,
    trades: [14_076, 4_308_068_523, 4_308_082_598],
    lastUpdateId: 5_123_135_545_737,
    figures: ['2681.38', '8.486', '2681.39', '22.624', '9164.948'],
    levels: [3181, 3013],
  },
  {
    venue: 'binance-usdm',
    files: ['btcusdt_20230404', 'btcusdt_20230405'],
    depthMessages: 16_110,
    levelUpdates: 322_682,
    trades: [12_935, 3_535_186_032, 3_535_198_966],
    lastUpdateId: 2_710_266_851_462,
    figures: ['28140.10', '8.251', '28140.20', '7.212', '1189.086'],
    levels: [5393, 3847],
  },
  {
    venue: 'binance-spot',
    files: ['btcusdt_20240808', 'btcusdt_20240809'],
    depthMessages: 6495,
    levelUpdates: 298_111,
    trades: [19_904, 3_735_683_259, 3_735_703_162],
    lastUpdateId: 50_093_696_318,
    figures: ['61602.01', '1.67177', '61602.02', '2.66795', '437.91552'],
    levels: [1971, 2962],
  },
  {
    venue: 'binance-spot',
    files: ['ethusdt_20240808', 'ethusdt_20240809'],
    depthMessages: 6470,
    levelUpdates: 272_764,
    trades: [14_515, 1_520_538_925, 1_520_553_439],
    lastUpdateId: 35_346_924_199,
    figures: ['2677.60', '13.0449', '2677.61', '4.5232', '4272.7241'],
    levels: [1744, 1665],
  },
]

for (const known of RECORDINGS) {
  const { venue, files } = known
  dataTest(
    `${venue} ${files.join(' + ')}: the figures are those computed by others`,
    `captures/${venue}/${files[0]}.gz`,
    async (path) => {
      const { rejected, instruments, tape } = await importAll(
        files.map((file) => join(dirname(path), `${file}.gz`)),
        venue,
      )
      assert.deepEqual(rejected, [])
      assert.equal(instruments.length, 1)
      const [found] = instruments
      assert.ok(found !== undefined)
      assert.equal(found.depthMessages, known.depthMessages)
      assert.equal(found.levelUpdates, known.levelUpdates)
      assert.deepEqual([found.trades, found.firstTradeId, found.lastTradeId], known.trades)
      assert.equal(found.lastUpdateId, known.lastUpdateId)
      assert.equal(found.gaps, 0)
      assert.deepEqual([found.bidLevels, found.askLevels], known.levels)
      const { bestBid, bestAsk, volume } = found
      assert.deepEqual(
        [bestBid?.price, bestBid?.quantity, bestAsk?.price, bestAsk?.quantity, volume].map(Number),
        known.figures.map(Number),
      )

      const { share, crossings } = agreement(tape, venue)
      assert.ok(share >= 0.999, `best bid and ask agree with the book in ${share * 100} %`)
      assert.equal(crossings, 0)
    },
  )
}

dataTest(
  'frames and REST answers of four symbols make four live books',
  'captures/multi-symbol/BINANCE_FUTURES.ws.1.0.gz',
  async (path) => {
    const { rejected, instruments } = await importAll([path, path.replace('ws.1.0', 'http.0.0')], 'binance-usdm')
    assert.deepEqual(rejected, [])
    assert.deepEqual(instruments.map(({ symbol }) => symbol).toSorted(), [
      'AKROUSDT',
      'CTKUSDT',
      'KEEPUSDT',
      'SUSHIUSDT',
    ])
    const sum = (pick: (one: (typeof instruments)[number]) => number): number =>
      instruments.reduce((total, one) => total + pick(one), 0)
    assert.deepEqual(
      [sum((one) => one.depthMessages), sum((one) => one.trades), sum((one) => one.candles), sum((one) => one.gaps)],
      [764, 91, 67, 0],
    )
    assert.ok(instruments.every(({ bidLevels, askLevels }) => bidLevels > 0 && askLevels > 0))
  },
)

dataTest(
  'frames of 2026 with newer fields are read like older ones',
  'captures/multi-symbol/usdm_market_path_frames_20260808.jsonl',
  async (path) => {
    const { rejected, instruments, rows } = await importAll([path], 'binance-usdm')
    assert.deepEqual(rejected, [])
    assert.deepEqual(
      instruments.map(({ symbol, trades, candles }) => [symbol, trades, candles]),
      [
        ['BTCUSDT', 1, 1],
        ['STGUSDT', 0, 0],
      ],
    )
    assert.equal(rows, 5)
  },
)

dataTest(
  'minutes of several symbols and their fundings become one tape',
  'candles/binance-usdm-1m/BTCUSDT.csv.gz',
  async (path) => {
    const symbols = ['BTCUSDT', 'ETHUSDT', 'ADAUSDT']
    const paths = symbols.flatMap((symbol) => [
      join(dirname(path), `${symbol}.csv.gz`),
      join(dirname(path), '../../funding', `${symbol}.csv`),
    ])
    const { rejected, instruments, table } = await importAll(paths, 'binance-usdm')
    assert.deepEqual(rejected, [])
    assert.deepEqual(
      instruments.map(({ symbol, candles }) => [symbol, candles]),
      [
        ['BTCUSDT', 43_199],
        ['ETHUSDT', 60_191],
        ['ADAUSDT', 43_199],
      ],
    )
    assert.deepEqual(
      table.map(({ priceDecimals, quantityDecimals }) => [priceDecimals, quantityDecimals]),
      [
        [1, 3],
        [2, 3],
        [4, 0],
      ],
    )
  },
)

dataTest(
  'with exchange information the rules are given, and finer prices of books are still exact',
  'captures/multi-symbol/BINANCE_FUTURES.0.gz',
  async (path) => {
    const [file] = await openInputs([path])
    assert.ok(file !== undefined)
    const { instruments: given, problems } = await readInstruments(file, 'binance-usdm')
    assert.deepEqual(problems, [])
    const frames = path.replace('.0.gz', '.ws.1.0.gz')
    const { rejected, table } = await importAll([frames, path.replace('.0.gz', '.http.0.0.gz')], 'binance-usdm', given)
    assert.deepEqual(rejected, [])
    assert.equal(table.length, 4)
    assert.ok(table.every((instrument) => !instrument.inferred && given.includes(instrument)))
  },
)
