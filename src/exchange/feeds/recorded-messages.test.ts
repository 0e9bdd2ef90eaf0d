/** Payloads of market streams have the shape that the venue itself was recorded with. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { dataTest, recording } from '../../testing/data.ts'
import { FeedWorld, type Payload } from '../../testing/feed-world.ts'

/** Fields that the venue has added since the older recordings. */
const NEWER: Readonly<Record<string, readonly string[]>> = {
  aggTrade: ['nq', 'st'],
  bookTicker: ['ps', 'st'],
  depthUpdate: ['ps', 'st'],
  markPriceUpdate: ['ap', 'st'],
}

/** Types of all values, by path; texts that hold a number are told apart from others. Lists have the type of their first. */
function shapeOf(value: unknown, path = ''): Map<string, string> {
  const shape = new Map<string, string>()
  if (Array.isArray(value)) {
    for (const [key, type] of shapeOf(value[0], `${path}[]`)) shape.set(key, type)
    return shape
  }
  if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value))
      for (const [at, type] of shapeOf(each, `${path}.${key}`)) shape.set(at, type)
    return shape
  }
  const number = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)
  return shape.set(path, number ? 'decimal' : typeof value)
}

/** The first recorded message of each kind that has something in it. */
function recorded(path: string): Map<string, Payload> {
  const text = path.endsWith('.gz')
    ? gunzipSync(readFileSync(recording(path))).toString('utf8')
    : readFileSync(recording(path), 'utf8')
  const found = new Map<string, Payload>()
  for (const line of text.split('\n')) {
    const start = line.indexOf('{"stream"')
    if (start === -1) continue
    let data: Payload
    try {
      data = (JSON.parse(line.slice(start)) as { data: Payload }).data
    } catch {
      continue
    }
    const kind = typeof data['e'] === 'string' ? data['e'] : 'bookTicker'
    const empty = kind === 'depthUpdate' && [data['b'], data['a']].some((side) => (side as unknown[]).length === 0)
    if (!empty && !found.has(kind)) found.set(kind, data)
  }
  return found
}

const STREAMS: Readonly<Record<string, string>> = {
  trade: 'btcusdt@trade',
  aggTrade: 'btcusdt@aggTrade',
  bookTicker: 'btcusdt@bookTicker',
  depthUpdate: 'btcusdt@depth@100ms',
  kline: 'btcusdt@kline_1m',
  markPriceUpdate: 'btcusdt@markPrice@1s',
  forceOrder: 'btcusdt@forceOrder',
}

const RECORDINGS = [
  ['futures', 'captures/multi-symbol/usdm_market_path_frames_20260808.jsonl', false],
  ['futures', 'captures/binance-usdm/btcusdt_20230404.gz', true],
  ['futures', 'captures/multi-symbol/BINANCE_FUTURES.ws.1.0.gz', true],
  ['spot', 'captures/binance-spot/btcusdt_20240808.gz', false],
  ['spot', 'captures/multi-symbol/BINANCE.ws.1.0.gz', false],
] as const

for (const [market, path, older] of RECORDINGS)
  dataTest(`messages have the fields and types that the venue was recorded with: ${path}`, path, () => {
    const messages = recorded(path)
    assert(messages.size > 2)
    const kinds = [...messages.keys()]
    const world = new FeedWorld(
      market,
      kinds.map((kind) => STREAMS[kind] ?? ''),
    )
    world.trade()
    if (market === 'futures') world.liquidate(10, 10)
    world.pass(2_000_000)
    for (const [kind, theirs] of messages) {
      const ours = shapeOf(world.first(STREAMS[kind] ?? ''))
      for (const key of older ? (NEWER[kind] ?? []) : []) ours.delete(`.${key}`)
      const sort = (shape: Map<string, string>) => [...shape].map(([key, type]) => `${key} ${type}`).toSorted()
      assert.deepEqual(sort(ours), sort(shapeOf(theirs)), kind)
    }
  })
