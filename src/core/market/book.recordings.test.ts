import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { dataTest, recording } from '../../testing/data.ts'
import { writeId } from '../tape/ids.ts'
import { DEPTH_DIFF, DEPTH_SNAPSHOT } from '../tape/kinds.ts'
import { VERSION } from '../tape/layout.ts'
import { RowBuffer } from '../tape/row-buffer.ts'
import { BOOK_OUTCOME, BOOK_STATE, Book } from './book.ts'
import { chainRuleOf } from './chain-rule.ts'

// Recorded messages are read with JSON.parse here, so that book and decoder are judged apart.
interface Message {
  readonly lastUpdateId?: number
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
  readonly stream: string
  readonly data: {
    readonly [key: string]: unknown
    readonly u: number
    readonly U: number
    readonly pu?: number
    readonly b: unknown
    readonly a: unknown
  }
}
type Level = readonly [price: string, quantity: string]

/** price decimals, quantity decimals, tick; then depth messages, bid and ask levels, last id and final best of data/README.md */
const SETS = [
  ['binance-usdm', ['btcusdt_20240808'], 2, 3, 10, 6551, 5018, 4578, 5123135475514, [6165970, 1486, 6165980, 981]],
  ['binance-usdm', ['ethusdt_20240808'], 2, 3, 1, 6586, 3181, 3013, 5123135545737, [268138, 8486, 268139, 22624]],
  [
    'binance-usdm',
    ['btcusdt_20230404', 'btcusdt_20230405'],
    2,
    3,
    10,
    16110,
    5393,
    3847,
    2710266851462,
    [2814010, 8251, 2814020, 7212],
  ],
  [
    'binance-spot',
    ['btcusdt_20240808', 'btcusdt_20240809'],
    2,
    5,
    1,
    6495,
    1971,
    2962,
    50093696318,
    [6160201, 167177, 6160202, 266795],
  ],
  [
    'binance-spot',
    ['ethusdt_20240808', 'ethusdt_20240809'],
    2,
    4,
    1,
    6470,
    1744,
    1665,
    35346924199,
    [267760, 130449, 267761, 45232],
  ],
] as const

for (const [venue, files, priceDecimals, quantityDecimals, tickSize, messages, bids, asks, last, best] of SETS) {
  dataTest(
    `the book of ${venue} ${files.join(' and ')} ends as recorded and follows the best prices`,
    'captures',
    () => {
      const scale = (level: Level): [number, number] => [
        Math.round(Number(level[0]) * 10 ** priceDecimals),
        Math.round(Number(level[1]) * 10 ** quantityDecimals),
      ]
      const book = new Book({ tickSize, rule: chainRuleOf(venue) })
      const buffer = new RowBuffer(4096)
      const tickers: (readonly [id: number, best: readonly number[]])[] = []
      const seen: (readonly [id: number, best: readonly number[]])[] = []
      let depthMessages = 0
      for (const file of files) {
        const text = gunzipSync(readFileSync(recording(`captures/${venue}/${file}.gz`))).toString()
        for (const line of text.split('\n')) {
          if (line === '') continue
          const message = JSON.parse(line.slice(line.indexOf(' ') + 1)) as Message
          buffer.clear()
          if (message.lastUpdateId !== undefined) {
            const row = depthRow(buffer, DEPTH_SNAPSHOT.kind, message.lastUpdateId, message.bids, message.asks, scale)
            assert.equal(book.apply(buffer, row), BOOK_OUTCOME.rebuilt)
          } else if (message.data['e'] === 'depthUpdate') {
            depthMessages++
            const { U, u, pu, b, a } = message.data
            const row = depthRow(buffer, DEPTH_DIFF.kind, u, b as Level[], a as Level[], scale)
            writeId(buffer, row * 8 + DEPTH_DIFF.firstUpdateId, U)
            writeId(buffer, row * 8 + DEPTH_DIFF.previousUpdateId, pu ?? 0)
            book.apply(buffer, row)
            if (book.state === BOOK_STATE.live) seen.push([u, [...book.top]])
          } else if (message.stream.endsWith('@bookTicker')) {
            const { u, b, a } = message.data
            const bid = scale([b as string, message.data['B'] as string])
            tickers.push([u, [...bid, ...scale([a as string, message.data['A'] as string])]])
          }
        }
      }
      assert.deepEqual(
        { messages: depthMessages, bids: book.bids.count, asks: book.asks.count, last: book.lastUpdateId },
        { messages, bids, asks, last },
      )
      assert.deepEqual([...book.top], best)
      assert.equal(book.state, BOOK_STATE.live)
      assert.deepEqual([book.gaps, book.crossings, book.unverified, book.droppedDiffs], [0, 0, 0, 0])
      const share = shareThatAgrees(seen, tickers)
      assert.ok(share >= 0.999, `best prices agree in ${share} of the cases`)
    },
  )
}

/** After how many depth messages the best prices equal the newest bookTicker (by id) that is not newer than the message. */
function shareThatAgrees(
  seen: readonly (readonly [number, readonly number[]])[],
  tickers: (readonly [number, readonly number[]])[],
): number {
  tickers.sort((a, b) => a[0] - b[0])
  let next = 0
  let compared = 0
  let equal = 0
  for (const [id, best] of seen) {
    while (next < tickers.length && (tickers[next] as (typeof tickers)[0])[0] <= id) next++
    const ticker = tickers[next - 1]
    if (ticker === undefined) continue
    compared++
    if (ticker[1].every((value, i) => value === best[i])) equal++
  }
  return equal / compared
}

function depthRow(
  buffer: RowBuffer,
  kind: number,
  version: number,
  bids: readonly Level[],
  asks: readonly Level[],
  scale: (level: Level) => [number, number],
): number {
  const row = buffer.append(kind, 0, 0, 0, Math.ceil((bids.length + asks.length) / 4))
  buffer.f64[row * 8 + VERSION] = version
  buffer.u32[row * 16 + DEPTH_DIFF.bidCountByte / 4] = bids.length
  buffer.u32[row * 16 + DEPTH_DIFF.askCountByte / 4] = asks.length
  buffer.f64.set([...bids, ...asks].flatMap(scale), row * 8 + DEPTH_DIFF.levels)
  return row
}
