/**
 * What `breakout` earns on candle files, worked out anew in one plain script that shares no code with the program.
 * Rules: the direction is the side on which a bar of `minutes` last broke the high of `long` or the low of `short` bars before
 * it, both at once not counted. From bar number `history` on, a change of a known direction turns the position to 1000 of the
 * quote asset at the bar's close, cut to whole quantity quanta, with one order at the next candle's open; fee 0.05 % of its
 * value, rounded half up to 8 decimals, shared by quantity between the trade that it closes and the one that it opens.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** Amounts and prices are exact decimal texts, times milliseconds. */
type Words = 'symbol' | 'side' | 'quantity' | 'entryPrice' | 'exitPrice' | 'gross' | 'fees' | 'net'
type Result = { readonly trades: readonly Trade[]; readonly equity: string }
type Trade = Readonly<Record<Words, string> & Record<'entryTime' | 'exitTime', number>>

const MINUTE = 60_000
/** All amounts count 10^-18 of the quote asset. */
const UNIT = 10n ** 18n
const abs = (n: bigint): bigint => (n < 0n ? -n : n)
const DEFAULTS = { cash: 10_000n, minutes: 60, long: 44, short: 21, history: 100 }

/** Closed trades by exit time and symbol, and the final equity of one account that trades every file (`SYMBOL.csv.gz`). */
export function reference(files: readonly string[], options: Partial<typeof DEFAULTS> = {}): Result {
  const { cash, minutes, long, short, history } = { ...DEFAULTS, ...options }
  const trades: Trade[] = []
  let equity = cash * UNIT
  for (const file of files) {
    const symbol = basename(file).replace('.csv.gz', '')
    const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n').slice(1)
    const cells = lines.map((line) => line.split(','))
    const digits = cells.map((row) => row.slice(1).map((text) => (text.split('.')[1] ?? '').length))
    const priceDigits = digits.reduce((most, row) => Math.max(most, ...row.slice(0, 4)), 0)
    const lotDigits = digits.reduce((most, row) => Math.max(most, row[4] ?? 0), 0)
    const quantum = 10n ** BigInt(18 - priceDigits - lotDigits)
    const [highs, lows]: [bigint[], bigint[]] = [[], []]
    let [held, wanted, entryPrice, entryFee, entryTime, close] = [0n, 0n, 0n, 0n, 0, 0n]
    let [high, low, direction, time] = [0n, 0n, '', Number(cells[0]?.[0]) - MINUTE]
    for (const row of cells) {
      if (Number(row[0]) !== time + MINUTE) throw new Error(`${symbol}: no candle after ${time}`)
      time = Number(row[0])
      const [open = 0n, top = 0n, bottom = 0n, last = 0n] = row.slice(1, 5).map((text) => whole(text, priceDigits))
      if (wanted !== held) {
        const size = abs(wanted - held)
        const fee = feeOf(open * size * quantum)
        const closingFee = (fee * abs(held)) / size
        if (held !== 0n) {
          const gross = (open - entryPrice) * held * quantum
          const fees = entryFee + closingFee
          const prices = { entryPrice: decimal(entryPrice, priceDigits), exitPrice: decimal(open, priceDigits) }
          const amounts = { gross: decimal(gross, 18), fees: decimal(fees, 18), net: decimal(gross - fees, 18) }
          const what = { symbol, side: held > 0n ? 'long' : 'short', quantity: decimal(abs(held), lotDigits) }
          trades.push({ ...what, entryTime, exitTime: time, ...prices, ...amounts })
          equity += gross - fees
        }
        ;[held, entryPrice, entryFee, entryTime] = [wanted, open, fee - closingFee, time]
      }
      close = last
      high = high === 0n || top > high ? top : high
      low = low === 0n || bottom < low ? bottom : low
      if ((time + MINUTE) % (minutes * MINUTE) !== 0) continue
      const up = highs.length >= Math.max(long, short) && high > highs.slice(-long).reduce((a, b) => (a > b ? a : b))
      const down = lows.length >= Math.max(long, short) && low < lows.slice(-short).reduce((a, b) => (a < b ? a : b))
      if (up !== down) {
        const turned = direction !== '' && direction !== (up ? 'up' : 'down')
        direction = up ? 'up' : 'down'
        const lots = (1000n * 10n ** BigInt(priceDigits + lotDigits)) / close
        if (turned && highs.length + 1 >= history) wanted = up ? lots : -lots
      }
      highs.push(high)
      lows.push(low)
      ;[high, low] = [0n, 0n]
    }
    equity += (close - entryPrice) * held * quantum - (held === 0n ? 0n : entryFee)
  }
  const when = ({ exitTime, symbol }: Trade): string => `${exitTime} ${symbol}`
  trades.sort((a, b) => (when(a) < when(b) ? -1 : 1))
  return { trades, equity: decimal(equity, 18) }
}

function whole(text: string, digits: number): bigint {
  const [integer = '', fraction = ''] = text.split('.')
  return BigInt(integer + fraction.padEnd(digits, '0'))
}

/** 0.05 % of a value, to the nearest 10^-8. */
function feeOf(value: bigint): bigint {
  const step = UNIT / 10n ** 8n
  return ((value * 5n + 5_000n * step) / (10_000n * step)) * step
}

function decimal(amount: bigint, digits: number): string {
  const text = abs(amount)
    .toString()
    .padStart(digits + 1, '0')
  const fraction = text.slice(text.length - digits).replace(/0+$/, '')
  return `${amount < 0n ? '-' : ''}${text.slice(0, text.length - digits)}${fraction === '' ? '' : `.${fraction}`}`
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(reference(process.argv.slice(2)), undefined, 2)}\n`)
