import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareBooks } from './compare-books.ts'
import { StreamBox } from './stream-box.ts'

const SYMBOLS = 20
const BEATS = 100
/** What never comes is waited for so long, milliseconds. */
const LIMIT = { timeout: 120_000 }

test(
  'books kept by ccxt.pro and by our own parts equal those of twenty markets after every message',
  LIMIT,
  async (context) => {
    const box = await StreamBox.start(SYMBOLS, 1)
    context.after(() => box.stop())
    const { due, own, ccxt, difference, gapRows, silences, repeats } = await compareBooks(box, BEATS)
    assert.equal(difference, '')
    assert.deepEqual([own, ccxt], [due, due])
    assert(due > (SYMBOLS * BEATS) / 2, `${due} messages`)
    assert.deepEqual([gapRows, silences, repeats], [0, 0, 0])
    assert.deepEqual(box.bugs, [])
  },
)
