/** What queries of an account's past have in common. */
import type { HistoryQuery } from '../../venue/futures/views.ts'
import type { Reader } from '../reader.ts'
import { readSpan } from '../spans.ts'

const WEEK = 7 * 86_400_000_000

/** A query of an account's past: at most seven days, 500 rows by default, 1000 at most. */
export function readHistory(reader: Reader, instrument: number, idName: string): HistoryQuery {
  const { from, to } = readSpan(reader, WEEK)
  const limit = reader.limit('limit', 500, 1000)
  const id = reader.integer(idName, 0)
  return {
    limit,
    ...(instrument === -1 ? {} : { instrument }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(id === 0 ? {} : { fromId: id }),
  }
}
