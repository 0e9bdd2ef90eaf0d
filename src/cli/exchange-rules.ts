/** Instruments' rules from a file with the venue's answer to exchangeInfo, plain or gzip. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Instrument } from '../core/market/instrument.ts'
import type { BinanceVenue } from '../venues/binance/decoder.ts'
import { readExchangeInfo } from '../venues/binance/exchange-info.ts'
import { UsageError } from './command.ts'
import type { Terminal } from './command.ts'

const VENUES: readonly BinanceVenue[] = ['binance-usdm', 'binance-spot']
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])

/** The venue that an option names; `missing` begins the refusal when it names none. Throws UsageError. */
export function venueNamed(text: string | undefined, missing: string): BinanceVenue {
  const venue = VENUES.find((one) => one === text)
  if (venue !== undefined) return venue
  const choices = `--venue ${VENUES.join(' or --venue ')}`
  throw new UsageError(text === undefined ? `${missing} ${choices}` : `--venue ${text} is not known: write ${choices}`)
}

/**
 * Reads the rules in the file at `path`; without a venue it is told by what the file looks like. Symbols whose rules cannot
 * be held are remarked and left out. Throws UsageError for a file without rules.
 */
export function readRules(path: string, venue: BinanceVenue | undefined, terminal: Terminal): readonly Instrument[] {
  const bytes = readPlain(path)
  const { instruments, problems } = readExchangeInfo(bytes, venue ?? venueOf(bytes))
  const [first] = problems
  if (first !== undefined && instruments.length === 0)
    throw new UsageError(`${path}, byte ${first.offset}: ${first.reason}; name the venue’s answer to exchangeInfo`)
  for (const { symbol, reason, offset } of problems)
    terminal.remark(`${path}, byte ${offset}: ${symbol} left out: ${reason}`)
  return instruments
}

/** The file's content, unpacked if it is packed. */
function readPlain(path: string): Buffer {
  const raw = readFileSync(path)
  if (!raw.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) return raw
  try {
    return gunzipSync(raw)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${path} cannot be unpacked (${problem}): get the file again`)
  }
}

/** Only futures have contract types. */
function venueOf(bytes: Buffer): BinanceVenue {
  return bytes.includes('"contractType"') ? 'binance-usdm' : 'binance-spot'
}
