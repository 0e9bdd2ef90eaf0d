/**
 * What the venue says about its symbols: since when they trade, which ones there are, and their rules.
 * Asked only when something is missing (and once a day for the rules); without an answer everything else goes on.
 */
import type { FilePort } from '../../live/ports.ts'
import { decodeUtf8, encodeUtf8 } from '../../core/utf8.ts'
import { dayOf, type Day } from './days.ts'
import type { Refusal } from './refusal.ts'
import { toMillis, type RestClient } from './rest-client.ts'
import { INVALID_SYMBOL } from './rest-part.ts'
import { instrumentPath } from './site.ts'

/** Names suggested for a symbol that does not exist. */
const SUGGESTIONS_MAX = 3
/** Edits between a mistyped symbol and a suggestion. */
const EDITS_MAX = 2

/** The first day of a symbol; `unknown` when the venue has no such symbol now; undefined when it cannot be asked. */
export type FirstDay = Day | 'unknown' | undefined

export class Listing {
  readonly #rest: RestClient
  readonly #firstDays = new Map<string, Promise<FirstDay>>()

  constructor(rest: RestClient) {
    this.#rest = rest
  }

  firstDay(symbol: string): Promise<FirstDay> {
    const known = this.#firstDays.get(symbol) ?? this.#askFirstDay(symbol)
    this.#firstDays.set(symbol, known)
    return known
  }

  /** Symbols of the venue that look like this one, the most alike first; none when it cannot be asked. */
  async suggest(symbol: string): Promise<readonly string[]> {
    const outcome = await this.#rest.get({ endpoint: 'exchangeInfo', query: [], rows: 1 })
    if (outcome.kind === 'refused') return []
    return alike(symbol, [...symbolsOf(outcome.value).keys()])
  }

  /**
   * Stores the rules of each symbol (ticks, lots, limits) in the form of exchangeInfo, unless they are there of today.
   * Returns the paths that exist afterwards, and why the others could not be had.
   */
  async saveRules(
    symbols: readonly string[],
    today: Day,
    files: FilePort,
  ): Promise<{ readonly paths: readonly string[]; readonly refusal: Refusal | undefined }> {
    const paths: string[] = []
    const stale: string[] = []
    for (const symbol of symbols) {
      const day = await this.#rulesDay(symbol, files)
      if (day !== undefined) paths.push(instrumentPath(this.#rest.venue, symbol))
      if (day === undefined || day < today) stale.push(symbol)
    }
    // Futures give all symbols in one answer. Spot gives them one by one, because a single unknown one spoils a list.
    const questions = this.#rest.venue === 'binance-usdm' ? (stale.length > 0 ? [undefined] : []) : stale
    let refusal: Refusal | undefined
    for (const question of questions) {
      const query: [string, string][] = question === undefined ? [] : [['symbol', question]]
      const outcome = await this.#rest.get({ endpoint: 'exchangeInfo', query, rows: 1 })
      if (outcome.kind === 'refused') {
        if (outcome.refusal.code !== INVALID_SYMBOL) refusal = outcome.refusal
        continue
      }
      const entries = symbolsOf(outcome.value)
      for (const symbol of question === undefined ? stale : [question]) {
        const entry = entries.get(symbol)
        if (entry === undefined) continue
        const path = instrumentPath(this.#rest.venue, symbol)
        const document = { timezone: 'UTC', serverTime: serverTimeOf(outcome.value), symbols: [entry] }
        await files.write(path, encodeUtf8(`${JSON.stringify(document, null, 1)}\n`))
        if (!paths.includes(path)) paths.push(path)
      }
    }
    return { paths, refusal }
  }

  async #askFirstDay(symbol: string): Promise<FirstDay> {
    const query = [
      ['symbol', symbol],
      ['interval', '1d'],
      ['startTime', 0],
      ['limit', 1],
    ] as const
    const outcome = await this.#rest.get({ endpoint: 'klines', query, rows: 1 })
    if (outcome.kind === 'refused') return outcome.refusal.code === INVALID_SYMBOL ? 'unknown' : undefined
    const rows: unknown = outcome.value
    const row: unknown = Array.isArray(rows) ? rows[0] : undefined
    const open: unknown = Array.isArray(row) ? row[0] : undefined
    return typeof open === 'number' ? dayOf(toMillis(open)) : undefined
  }

  /** The day of the rules on the disk; undefined without any. */
  async #rulesDay(symbol: string, files: FilePort): Promise<Day | undefined> {
    const content = await files.read(instrumentPath(this.#rest.venue, symbol))
    if (content === undefined) return undefined
    try {
      return dayOf(serverTimeOf(JSON.parse(decodeUtf8(content))))
    } catch {
      return undefined // damaged: fetched anew
    }
  }
}

/** Entries of an exchangeInfo answer by symbol. */
function symbolsOf(answer: unknown): ReadonlyMap<string, unknown> {
  const list: unknown =
    typeof answer === 'object' && answer !== null && 'symbols' in answer ? answer.symbols : undefined
  const entries = new Map<string, unknown>()
  for (const entry of Array.isArray(list) ? (list as unknown[]) : []) {
    if (typeof entry === 'object' && entry !== null && 'symbol' in entry && typeof entry.symbol === 'string') {
      entries.set(entry.symbol, entry)
    }
  }
  return entries
}

/** In milliseconds; 0 when the answer has none. */
function serverTimeOf(answer: unknown): number {
  const time = typeof answer === 'object' && answer !== null && 'serverTime' in answer ? answer.serverTime : 0
  return typeof time === 'number' ? toMillis(time) : 0
}

/** Those of `names` that a person may have meant by `wrong`: few edits away, or beginning or ending alike. */
export function alike(wrong: string, names: readonly string[]): readonly string[] {
  const ranked = names
    .map((name) => ({ name, edits: name.startsWith(wrong) || wrong.startsWith(name) ? 1 : editDistance(wrong, name) }))
    .filter(({ edits }) => edits <= EDITS_MAX)
  ranked.sort((a, b) => a.edits - b.edits || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
  return ranked.slice(0, SUGGESTIONS_MAX).map(({ name }) => name)
}

/** Levenshtein's distance: insertions, deletions and replacements between two words. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replace = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(replace, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
