import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { CommandLine } from '../testing/command-line.ts'
import { dataTest } from '../testing/data.ts'
import { ExchangeProcess } from '../testing/exchange-process.ts'

const CAPTURE = 'captures/binance-usdm/btcusdt_20240808.gz'

type Levels = readonly (readonly [price: string, quantity: string])[]

/** A book kept from a snapshot and the diffs that continue it, as the venue's documents say. */
class StreamBook {
  readonly bids = new Map<string, string>()
  readonly asks = new Map<string, string>()
  last = 0
  gaps = 0
  #began = false

  snapshot(id: number, bids: Levels, asks: Levels): void {
    this.last = id
    for (const [price, quantity] of bids) this.bids.set(price, quantity)
    for (const [price, quantity] of asks) this.asks.set(price, quantity)
  }

  take(event: {
    readonly U: number
    readonly u: number
    readonly pu: number
    readonly b: Levels
    readonly a: Levels
  }): void {
    if (event.u < this.last) return
    const continues = event.pu === this.last || (!this.#began && event.U <= this.last && event.u >= this.last)
    if (!continues) this.gaps++
    this.#began = true
    this.last = event.u
    for (const [side, levels] of [
      [this.bids, event.b],
      [this.asks, event.a],
    ] as const)
      for (const [price, quantity] of levels)
        if (Number(quantity) === 0) side.delete(price)
        else side.set(price, quantity)
  }

  /** The best levels of a side; `sign` -1 for bids. */
  best(side: 'bids' | 'asks', count: number): Levels {
    const sign = side === 'bids' ? -1 : 1
    return [...this[side]].sort((left, right) => sign * (Number(left[0]) - Number(right[0]))).slice(0, count)
  }
}

interface Snapshot {
  readonly lastUpdateId: number
  readonly bids: Levels
  readonly asks: Levels
}

/** The first snapshot that is not empty: before the recording has one, only its best prices are known. */
async function firstBook(running: ExchangeProcess): Promise<Snapshot> {
  while (true) {
    const snapshot = await running.get<Snapshot>('futures', '/fapi/v1/depth?symbol=BTCUSDT&limit=1000')
    if (snapshot.bids.length > 100) return snapshot
    await wait(100)
  }
}

/** Plays the recording to its end and keeps a book from the streams. */
async function played(
  t: TestContext,
  source: string,
  impact: string,
): Promise<{ book: StreamBook; running: ExchangeProcess }> {
  const line = new CommandLine(t)
  await line.json(0, 'import', source, '--venue', 'binance-usdm', '--out', 'btc.tape')
  const words = ['--market', join(line.folder, 'btc.tape'), '--impact', impact, '--control']
  const running = await ExchangeProcess.start(words)
  t.after(() => running.end('SIGKILL'))
  const book = new StreamBook()
  const socket = new WebSocket(`${running.document.futures.streams}/public/ws/btcusdt@depth@100ms`)
  const early: Parameters<StreamBook['take']>[0][] = []
  socket.addEventListener('message', ({ data }) => {
    const event = JSON.parse(String(data)) as Parameters<StreamBook['take']>[0]
    if (book.last === 0) early.push(event)
    else book.take(event)
  })
  await once(socket, 'open')
  const snapshot = await firstBook(running)
  book.snapshot(snapshot.lastUpdateId, snapshot.bids, snapshot.asks)
  for (const event of early) book.take(event)
  await fetch(`${running.document.futures.rest}/sim/speed`, { method: 'POST', body: '{"speed":50}' })
  while (!running.remarks.includes('the tape has ended')) await wait(50)
  // The last changes are published with the next beat.
  await wait(300)
  socket.close()
  return { book, running }
}

for (const impact of ['own', 'none'])
  dataTest(
    `a book kept from a played recording’s streams ends as that does (impact ${impact})`,
    CAPTURE,
    async (file, t) => {
      const { book, running } = await played(t, file, impact)
      assert.equal(book.gaps, 0)
      const truth = await running.get<{ bids: Levels; asks: Levels }>(
        'futures',
        '/sim/truth/book?venue=futures&symbol=BTCUSDT',
      )
      // The recording's own figures, computed independently.
      assert.deepEqual([truth.bids.length, truth.asks.length], [5018, 4578])
      assert.deepEqual(
        [truth.bids[0], truth.asks[0]],
        [
          ['61659.7', '1.486'],
          ['61659.8', '0.981'],
        ],
      )
      assert.deepEqual(book.best('bids', 500), truth.bids.slice(0, 500))
      assert.deepEqual(book.best('asks', 500), truth.asks.slice(0, 500))
    },
  )
