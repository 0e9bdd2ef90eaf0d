/** `tapewright book`: the order books of a tape as they stood at a moment. */
import { printTime } from '../../core/calendar.ts'
import { BOOK_STATE } from '../../core/market/book.ts'
import type { BookSide } from '../../core/market/book-side.ts'
import { instrumentKey, type Instrument } from '../../core/market/instrument.ts'
import { printDecimal } from '../../core/number/decimal.ts'
import { BookReplay, type ReplayedBook } from '../book-replay.ts'
import { EXIT, UsageError } from '../command.ts'
import type { Arguments, Command } from '../command.ts'
import { countText, plural, tableText } from '../table.ts'
import { onlyTape, openForCommand, walkTape } from '../tape-input.ts'
import { parseInstant, showTime } from '../times.ts'

const DEPTH_DEFAULT = 10
const DEPTH_MAX = 10_000

const STATE_NAMES: ReadonlyMap<number, string> = new Map([
  [BOOK_STATE.syncing, 'syncing'],
  [BOOK_STATE.live, 'live'],
  [BOOK_STATE.broken, 'broken'],
])

export const book: Command = {
  name: 'book',
  usage: 'TAPE [--at TIME] [--depth N] [--symbol S]',
  summary: 'Shows the order books of a tape as they stood at a time, or at its end.',
  options: [
    {
      name: 'at',
      value: 'TIME',
      help: 'UTC time (2024-08-08T09:30Z) or milliseconds since 1970, as of receipt; default: the end',
    },
    { name: 'depth', value: 'N', help: `levels a side (default: ${DEPTH_DEFAULT})` },
    { name: 'symbol', value: 'S', help: 'only this instrument' },
  ],
  examples: [
    'tapewright book btc.tape',
    'tapewright book btc.tape --at 2024-08-08T09:30Z --depth 5',
    'tapewright book btc.tape --symbol BTCUSDT --json',
  ],
  async run(args, terminal) {
    const path = onlyTape(args, 'book')
    const depth = depthOf(args)
    const text = args.one('at')
    const at = text === undefined ? Infinity : parseInstant('--at', text)
    const tape = await openForCommand(path, terminal)
    const replay = new BookReplay(tape.instruments, wantedOf(args, tape.instruments), at)
    await walkTape(tape, terminal, (buffer) => replay.take(buffer))
    const found = replay.books()
    if (found.length === 0) {
      const until = text === undefined ? '' : ` up to ${text}`
      throw new UsageError(`${path} holds no depth messages${until}: see what it holds with tapewright info ${path}`)
    }
    const shown = found.map((one) => describe(one, depth))
    terminal.document({ tape: path, at: replay.lastTime === 0 ? null : printTime(replay.lastTime), books: shown })
    terminal.print(shown.map(textOf).join('\n\n'))
    return EXIT.success
  },
}

function depthOf(args: Arguments): number {
  const text = args.one('depth')
  if (text === undefined) return DEPTH_DEFAULT
  const depth = /^\d+$/.test(text) ? Number(text) : 0
  if (depth < 1 || depth > DEPTH_MAX) throw new UsageError(`--depth ${text}: write a number from 1 to ${DEPTH_MAX}`)
  return depth
}

function wantedOf(args: Arguments, instruments: readonly Instrument[]): ReadonlySet<number> {
  const symbol = args.one('symbol')?.toUpperCase()
  const wanted = instruments.flatMap((one, i) => (symbol === undefined || one.symbol === symbol ? [i] : []))
  if (wanted.length === 0 && symbol !== undefined)
    throw new UsageError(`the tape has no ${symbol}; it has ${instruments.map((one) => one.symbol).join(', ')}`)
  return new Set(wanted)
}

/** Price and quantity as decimal text. */
interface Level {
  readonly price: string
  readonly quantity: string
}

interface BookDocument {
  readonly symbol: string
  readonly venue: string
  readonly state: string
  readonly lastUpdateId: number
  readonly venueTime: string | null
  readonly bestBid: Level | null
  readonly bestAsk: Level | null
  readonly bidLevels: number
  readonly askLevels: number
  readonly diffs: number
  readonly snapshots: number
  readonly partials: number
  /** Diffs that did not continue the one before, and interruptions that the tape states. */
  readonly gaps: number
  /** How often the best bid was not below the best ask. */
  readonly crossed: number
  readonly oldRows: number
  readonly droppedDiffs: number
  /** Levels kept over a gap and not confirmed since. */
  readonly unverified: number
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
}

function describe({ instrument, book, diffs, snapshots, partials }: ReplayedBook, depth: number): BookDocument {
  const bids = levelsOf(instrument, book.bids, depth)
  const asks = levelsOf(instrument, book.asks, depth)
  return {
    symbol: instrument.symbol,
    venue: instrument.venue,
    state: STATE_NAMES.get(book.state) ?? 'syncing',
    lastUpdateId: book.lastUpdateId,
    venueTime: book.venueTime === 0 ? null : printTime(book.venueTime),
    bestBid: bids[0] ?? null,
    bestAsk: asks[0] ?? null,
    bidLevels: book.bids.count,
    askLevels: book.asks.count,
    diffs,
    snapshots,
    partials,
    gaps: book.gaps,
    crossed: book.crossings,
    oldRows: book.oldRows,
    droppedDiffs: book.droppedDiffs,
    unverified: book.unverified,
    bids,
    asks,
  }
}

function levelsOf(instrument: Instrument, side: BookSide, depth: number): Level[] {
  const pairs = new Float64Array(2 * depth)
  const count = side.copyLevels(pairs, depth)
  return Array.from({ length: count }, (_, i) => ({
    price: printDecimal(pairs[i * 2] as number, instrument.priceDecimals),
    quantity: printDecimal(pairs[i * 2 + 1] as number, instrument.quantityDecimals),
  }))
}

function textOf(one: BookDocument): string {
  const columns = [
    { name: 'bid quantity', right: true },
    { name: 'bid', right: true },
    { name: 'ask', right: true },
    { name: 'ask quantity', right: true },
  ]
  const lines = Array.from({ length: Math.max(one.bids.length, one.asks.length) }, (_, i) => [
    one.bids[i]?.quantity ?? '',
    one.bids[i]?.price ?? '',
    one.asks[i]?.price ?? '',
    one.asks[i]?.quantity ?? '',
  ])
  const messages = [
    plural(one.diffs, 'diff'),
    plural(one.snapshots, 'snapshot'),
    ...(one.partials > 0 ? [plural(one.partials, 'partial book')] : []),
  ]
  const time = one.venueTime === null ? '' : `, venue time ${showTime(Date.parse(one.venueTime) * 1000)}`
  const doubts = one.unverified > 0 ? `, ${plural(one.unverified, 'level')} unverified since a gap` : ''
  return [
    `${instrumentKey(one)}: ${one.state}, update ${one.lastUpdateId}${time}`,
    `levels ${countText(one.bidLevels)} bid, ${countText(one.askLevels)} ask${doubts}`,
    `from ${messages.join(', ')}; ${plural(one.gaps, 'gap')}, crossed ${countText(one.crossed)} times`,
    '',
    tableText(columns, lines),
  ].join('\n')
}
