/**
 * Compares the books of twenty markets with the venue's after every message for a whole hour of venue time at 100 ms, and
 * prints what it found: `node tools/run.mjs tests/streams/hour.ts [SECONDS] [SEED]`. The exit code is 1 if anything differs.
 */
import { compareBooks } from './compare-books.ts'
import { StreamBox } from './stream-box.ts'

const SYMBOLS = 20
const BEATS_PER_SECOND = 10

const seconds = Number(process.argv[2] ?? '3600')
const seed = Number(process.argv[3] ?? '1')
const began = process.hrtime.bigint()
const elapsed = (): number => Number(process.hrtime.bigint() - began) / 1e9

const box = await StreamBox.start(SYMBOLS, seed)
const compared = await compareBooks(box, seconds * BEATS_PER_SECOND, (beat) => {
  if (beat % (60 * BEATS_PER_SECOND) === 0)
    process.stderr.write(`${beat / BEATS_PER_SECOND} s of the market in ${elapsed().toFixed(1)} s\n`)
})
await box.stop()
const { due, own, ccxt, difference, gapRows, silences, repeats } = compared
process.stdout.write(`${JSON.stringify({ ...compared, bugs: box.bugs.length, elapsed: elapsed() }, undefined, 2)}\n`)
const clean = difference === '' && own === due && ccxt === due && gapRows + silences + repeats + box.bugs.length === 0
process.exitCode = clean ? 0 : 1
