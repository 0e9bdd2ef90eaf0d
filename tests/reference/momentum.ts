/**
 * What `momentum` earns on candle files, worked out anew in one plain script that shares no code with the program.
 * Rules: long when a close gains more than 1 % on the close before, flat when it loses more than 0.5 %; 1000 of the quote
 * asset per entry at the signal's close, cut to whole quantity quanta; filled at the next candle's open; fee 0.05 % of the
 * value, rounded half up to 8 decimals; no funding; what is open at the end counts at the last close.
 * By hand: node tests/reference/momentum.ts FILE.csv.gz…
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** Amounts and prices are exact decimal texts, times milliseconds. */
export interface ReferenceTrade {
  readonly symbol: string
  readonly side: 'long' | 'short'
  readonly entryTime: number
  readonly entryPrice: string
  readonly exitTime: number
  readonly exitPrice: string
  readonly quantity: string
  readonly gross: string
  readonly fees: string
  readonly net: string
}

export interface Reference {
  /** Closed trades by exit time, then symbol. */
  readonly trades: readonly ReferenceTrade[]
  readonly equity: string
}

const MINUTE = 60_000
/** All amounts count 10^-18 of the quote asset. */
const UNIT = 10n ** 18n

/** Trades and final equity of one account that trades every file (`SYMBOL.csv.gz`), beginning with `cash`. */
export function reference(files: readonly string[], cash = 10_000n): Reference {
  const trades: ReferenceTrade[] = []
  let equity = cash * UNIT
  for (const file of files) {
    const symbol = basename(file).replace('.csv.gz', '')
    const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n').slice(1)
    const cells = lines.map((line) => line.split(','))
    let [priceDigits, quantityDigits] = [0, 0]
    for (const row of cells) {
      for (const text of row.slice(1, 5)) priceDigits = Math.max(priceDigits, digitsOf(text))
      quantityDigits = Math.max(quantityDigits, digitsOf(row[5] ?? ''))
    }
    const quantum = 10n ** BigInt(18 - priceDigits - quantityDigits)
    const notional = 1000n * 10n ** BigInt(priceDigits + quantityDigits)
    let [held, wanted, entryPrice, entryFee, entryTime, before] = [0n, 0n, 0n, 0n, 0, 0n]
    let time = Number(cells[0]?.[0]) - MINUTE
    for (const row of cells) {
      if (Number(row[0]) !== time + MINUTE) throw new Error(`${symbol}: no candle after ${time}`)
      time = Number(row[0])
      const open = whole(row[1] ?? '', priceDigits)
      const close = whole(row[4] ?? '', priceDigits)
      if (wanted > held) [held, entryPrice, entryFee, entryTime] = [wanted, open, feeOf(open * wanted * quantum), time]
      else if (wanted < held) {
        const gross = (open - entryPrice) * held * quantum
        const fees = entryFee + feeOf(open * held * quantum)
        const price = { entryPrice: decimal(entryPrice, priceDigits), exitPrice: decimal(open, priceDigits) }
        const amounts = { gross: decimal(gross, 18), fees: decimal(fees, 18), net: decimal(gross - fees, 18) }
        const quantity = decimal(held, quantityDigits)
        trades.push({ symbol, side: 'long', entryTime, exitTime: time, quantity, ...price, ...amounts })
        equity += gross - fees
        held = 0n
      }
      if (before > 0n && close * 100n > before * 101n && held === 0n) wanted = notional / close
      if (before > 0n && close * 1000n < before * 995n) wanted = 0n
      before = close
    }
    equity += (before - entryPrice) * held * quantum - (held > 0n ? entryFee : 0n)
  }
  trades.sort((a, b) => a.exitTime - b.exitTime || (a.symbol < b.symbol ? -1 : 1))
  return { trades, equity: decimal(equity, 18) }
}

function digitsOf(text: string): number {
  return (text.split('.')[1] ?? '').length
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
  const text = (amount < 0n ? -amount : amount).toString().padStart(digits + 1, '0')
  const fraction = text.slice(text.length - digits).replace(/0+$/, '')
  return `${amount < 0n ? '-' : ''}${text.slice(0, text.length - digits)}${fraction === '' ? '' : `.${fraction}`}`
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(reference(process.argv.slice(2)), undefined, 2)}\n`)
