import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Instrument } from '../../core/market/instrument.ts'
import { TRADE } from '../../core/tape/kinds.ts'
import { APPEND_TIME } from '../../core/tape/layout.ts'
import { RowBuffer, instrumentOf } from '../../core/tape/row-buffer.ts'
import type { TapeSource } from '../../core/tape/source.ts'
import { mergeSources } from './merged-source.ts'
import { exampleInstrument } from '../../testing/instruments.ts'

test('records of several tapes come in the order of their append times, ties in the order the tapes were named', async () => {
  const merged = mergeSources([
    tapeOf(
      ['BTCUSDT', 'ETHUSDT'],
      [
        [1, 0],
        [5, 1],
        [9, 0],
      ],
    ),
    tapeOf(
      ['ETHUSDT', 'SOLUSDT'],
      [
        [1, 0],
        [4, 1],
        [5, 0],
      ],
    ),
  ])
  assert.deepEqual(
    merged.instruments.map((i) => i.symbol),
    ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'],
  )
  assert.deepEqual(await readAll(merged), [
    [1, 0],
    [1, 1],
    [4, 2],
    [5, 1],
    [5, 1],
    [9, 0],
  ])
})

test('a single tape is passed through as it is', () => {
  const tape = tapeOf(['BTCUSDT'], [[1, 0]])
  assert.equal(mergeSources([tape]), tape)
})

function tapeOf(symbols: readonly string[], rows: readonly (readonly [number, number])[]): TapeSource {
  const instruments: Instrument[] = symbols.map((symbol) => exampleInstrument(symbol))
  const buffers = rows.map(([time, instrument]) => {
    const buffer = new RowBuffer(1)
    buffer.append(TRADE.kind, 0, 0, instrument, 0)
    buffer.f64[APPEND_TIME] = time
    return buffer
  })
  return {
    instruments,
    hash: '',
    next: () => Promise.resolve(buffers.shift()),
    release: () => undefined,
    close: () => Promise.resolve(),
  }
}

async function readAll(source: TapeSource): Promise<[number, number][]> {
  const seen: [number, number][] = []
  for (let buffer = await source.next(); buffer !== undefined; buffer = await source.next())
    for (let row = 0; row < buffer.length; row++)
      seen.push([buffer.f64[row * 8 + APPEND_TIME] as number, instrumentOf(buffer, row)])
  return seen
}
