/** Points and spans of time as options give them. Everything is UTC and microseconds since 1970. */
import { parseTimeframe } from '../core/strategy/params.ts'
import { UsageError } from './command.ts'

const MICROS_PER_MS = 1000
const MICROS_PER_DAY = 86_400_000_000
/** Integers below this are milliseconds (until the year 5138), others microseconds. */
const MILLISECONDS_BELOW = 1e14
/** Integers below this are no point in time that any venue knows: seconds, or a slip. */
const MILLISECONDS_FROM = 1e11

const DATE = /^\d{4}-\d\d-\d\d$/
const DATE_TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,6}))?Z?$/

/** Examples that every message about a time gives. */
const EXAMPLES = '2025-05-04, 2025-05-04T15:30Z, or milliseconds since 1970'

/** The microsecond that `text` names; of a date its first one. Throws UsageError that names the option. */
export function parseInstant(option: string, text: string): number {
  if (DATE.test(text)) return wholeSeconds(option, text, `${text}T00:00:00Z`)
  const parts = DATE_TIME.exec(text)
  if (parts !== null) {
    const [, date = '', clock = '', fraction = ''] = parts
    const seconds = clock.length === 5 ? `${clock}:00` : clock
    return wholeSeconds(option, text, `${date}T${seconds}Z`) + Number(fraction.padEnd(6, '0'))
  }
  if (!/^\d+$/.test(text)) throw new UsageError(`${option} ${text} is no time: write ${EXAMPLES} (UTC)`)
  const count = Number(text)
  if (count < MILLISECONDS_FROM || !Number.isSafeInteger(count))
    throw new UsageError(`${option} ${text} is no time in milliseconds or microseconds: write ${EXAMPLES} (UTC)`)
  return count < MILLISECONDS_BELOW ? count * MICROS_PER_MS : count
}

/** The last microsecond that `text` names: of a date its last one, so that `--from 2025-05-04 --to 2025-05-04` is a day. */
export function parseInstantEnd(option: string, text: string): number {
  const start = parseInstant(option, text)
  return DATE.test(text) ? start + MICROS_PER_DAY - 1 : start
}

/** Microseconds of a span such as `90d` or `12h`. Throws UsageError that names the option. */
export function parseDuration(option: string, text: string): number {
  const micros = parseTimeframe(text)
  if (micros === undefined)
    throw new UsageError(`${option} ${text} is no span of time: write one such as 90d, 12h or 30m`)
  return micros
}

/** `2025-05-04 15:30:00.123` of microseconds, as far as digits are not zero. */
export function showTime(micros: number): string {
  const text = new Date(Math.floor(micros / MICROS_PER_MS)).toISOString()
  const fraction = String(micros % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '')
  return `${text.slice(0, 10)} ${text.slice(11, 19)}${fraction === '' ? '' : `.${fraction}`}`
}

function wholeSeconds(option: string, text: string, iso: string): number {
  const milliseconds = Date.parse(iso)
  // A date that the calendar does not have (February 30) comes back as another one.
  if (Number.isNaN(milliseconds) || !new Date(milliseconds).toISOString().startsWith(iso.slice(0, 19)))
    throw new UsageError(`${option} ${text} is no date of the calendar: write ${EXAMPLES} (UTC)`)
  return milliseconds * MICROS_PER_MS
}
