/**
 * What to try when the site does not have a file. Pure bookkeeping over the pieces of one run.
 * A month that is not published yet comes day by day. An old day that never was a daily file (they begin in 2020 and 2021)
 * comes with its month. What no file has comes from REST, as far back as that reaches. Nothing is tried twice.
 */
import { firstDayOf, lastDayOf, monthOf, overlap, type Day, type DaySpan, type Month } from './days.ts'
import { pieceKey, restReaches, type Piece } from './plan.ts'
import { monthlyOnly, type Series } from './series.ts'
import { periodSpan } from './site.ts'

/** Younger days are not published yet rather than missing: REST first, not a file of their month. */
const RECENT_DAYS = 3

type State = 'running' | 'done' | 'absent' | 'failed'

export class Fallback {
  readonly #span: DaySpan
  readonly #today: Day
  readonly #states = new Map<string, State>()

  constructor(span: DaySpan, today: Day) {
    this.#span = span
    this.#today = today
  }

  /** Of these pieces those that nobody has tried; they count as running from now on. */
  begin(pieces: readonly Piece[]): Piece[] {
    const fresh = [...new Map(pieces.map((piece) => [pieceKey(piece), piece])).values()].filter(
      (piece) => this.#state(piece) === undefined,
    )
    for (const piece of fresh) this.#states.set(pieceKey(piece), 'running')
    return fresh
  }

  /** The piece is on the disk, or has failed for good. */
  end(piece: Piece, state: 'done' | 'failed'): void {
    this.#states.set(pieceKey(piece), state)
  }

  /** The source does not have the piece: what to get instead. `firstDay`: the instrument's first, where known. */
  absent(piece: Piece, firstDay: Day | undefined): Piece[] {
    this.#states.set(pieceKey(piece), 'absent')
    const { series, period } = piece
    if (piece.source === 'rest' || periodSpan(period).to < (firstDay ?? 0)) return []
    const instead =
      period.kind === 'day'
        ? this.#insteadOfDay(series, period.day)
        : this.#insteadOfMonth(series, period.month, firstDay)
    return this.begin(instead)
  }

  /** True when every source that could have this day has been asked and does not have it. */
  isAbsent(series: Series, day: Day): boolean {
    const month = monthOf(day)
    const states = monthlyOnly(series)
      ? [this.#state(archiveMonth(series, month)), this.#state({ ...archiveMonth(series, month), source: 'rest' })]
      : [
          this.#state(archiveDay(series, day)),
          this.#state(archiveMonth(series, month)),
          this.#state({ ...archiveDay(series, day), source: 'rest' }),
        ]
    return states.includes('absent') && states.every((state) => state === undefined || state === 'absent')
  }

  #insteadOfDay(series: Series, day: Day): Piece[] {
    const month = archiveMonth(series, monthOf(day))
    const old = this.#today - day > RECENT_DAYS && lastDayOf(monthOf(day)) < this.#today
    const state = this.#state(month)
    if (old && state === undefined) return [month]
    // While the month is on its way it decides: its absence brings this day back.
    return state === undefined || state === 'absent' ? this.#rest({ ...archiveDay(series, day), source: 'rest' }) : []
  }

  #insteadOfMonth(series: Series, month: Month, firstDay: Day | undefined): Piece[] {
    if (monthlyOnly(series)) return this.#rest({ ...archiveMonth(series, month), source: 'rest' })
    const span = overlap(this.#span, { from: Math.max(firstDayOf(month), firstDay ?? 0), to: lastDayOf(month) })
    const pieces: Piece[] = []
    for (let day = span?.from ?? 1; day <= (span?.to ?? 0); day++) {
      const piece = archiveDay(series, day)
      const state = this.#state(piece)
      if (state === undefined) pieces.push(piece)
      else if (state === 'absent') pieces.push(...this.#rest({ ...piece, source: 'rest' }))
    }
    return pieces
  }

  #rest(piece: Piece): Piece[] {
    return restReaches(piece.series, piece.period, this.#today) ? [piece] : []
  }

  #state(piece: Piece): State | undefined {
    return this.#states.get(pieceKey(piece))
  }
}

function archiveDay(series: Series, day: Day): Piece {
  return { series, source: 'archive', period: { kind: 'day', day } }
}

function archiveMonth(series: Series, month: Month): Piece {
  return { series, source: 'archive', period: { kind: 'month', month } }
}
