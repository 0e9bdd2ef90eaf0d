import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { dataTest } from '../../testing/data.ts'
import { parseAmount, printAmount, printDecimal, significantDecimals, tryParseDecimal } from './decimal.ts'

/** A whole number token: JSON numbers, decimal strings, fields of CSV, receive times; no part of a word. */
const NUMBER = /(?<![\w.+-])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/g

/** Bytes looked at in one go: small pieces keep millions of tokens out of the old heap. */
const PIECE = 1 << 18

/** The text of a file in pieces that end with a line, so that no number is cut. */
function* piecesOf(file: string): Generator<string> {
  const content = readFileSync(file)
  const bytes = file.endsWith('.gz') ? gunzipSync(content) : content
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(10, start + PIECE)
    const end = newline < 0 ? bytes.length : newline + 1
    yield bytes.toString('latin1', start, end)
    start = end
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** Writes `6.818e-05` as `0.00006818`, by moving digits only. */
function withoutExponent(text: string): string {
  const [mantissa = '', exponent = ''] = text.toLowerCase().split('e')
  const sign = mantissa.startsWith('-') ? '-' : ''
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const shift = Number(exponent)
  const digits = shift < 0 ? '0'.repeat(-shift) + whole + fraction : whole + fraction + '0'.repeat(shift)
  const point = shift < 0 ? whole.length : whole.length + shift
  const moved = `${digits.slice(0, point)}.${digits.slice(point)}`
  return sign + moved.replace(/^0+(?=\d)/, '').replace(/\.?0*$/, '')
}

/** Parses and prints a number with as many decimals as it is written with. */
function roundTrip(text: string, decimals: number, trim: boolean): string {
  const parsed = tryParseDecimal(text, decimals)
  if (parsed.ok) return printDecimal(parsed.value, decimals, { trim })
  assert.equal(parsed.code, 'overflow', text)
  return printAmount(parseAmount(text, decimals), decimals, { trim })
}

function checkNumber(text: string, file: string): void {
  const point = text.indexOf('.')
  const decimals = point < 0 ? 0 : text.length - point - 1
  if (text.includes('e') || text.includes('E')) {
    assert.equal(roundTrip(text, significantDecimals(text), true), withoutExponent(text), file)
  } else if (roundTrip(text, decimals, false) !== text) {
    assert.fail(`${text} of ${file} came back changed`)
  }
}

/** Checks every number in the files of a folder and returns how many there are. */
function checkFolder(folder: string): number {
  let total = 0
  for (const file of filesIn(folder)) {
    const before = total
    for (const piece of piecesOf(file)) {
      const tokens = piece.match(NUMBER) ?? []
      for (const text of tokens) checkNumber(text, file)
      total += tokens.length
    }
    assert.ok(total > before, `${file} holds numbers`)
  }
  return total
}

dataTest('every number of the raw captures survives parse and print, digit for digit', 'captures', (folder) => {
  // The level updates alone are 1,765,740 prices and as many quantities.
  assert.ok(checkFolder(folder) > 2 * 1_765_740)
})

dataTest('every number of the candle files survives parse and print, digit for digit', 'candles', (folder) => {
  // Sixteen files of at least 43,200 rows of six numbers.
  assert.ok(checkFolder(folder) >= 16 * 43_200 * 6)
})

dataTest('every funding rate survives parse and print, those in exponent form too', 'funding', (folder) => {
  assert.ok(checkFolder(folder) > 0)
  assert.ok(filesIn(folder).some((file) => readFileSync(file, 'latin1').includes('e-0')))
})
