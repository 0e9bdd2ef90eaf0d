/** Refusals of the wire: the HTTP status, the venue's code and its own words. They are values; an exception is a bug. */
import { errorText, VENUE_ERROR, type VenueErrorName } from '../venue/venue-errors.ts'

export interface Refusal {
  readonly status: number
  readonly code: number
  readonly message: string
  /** JSON of what happened all the same, where part of a request succeeded. */
  readonly data?: string
}

/** A refusal with status 400, as most are. */
export function refuse(code: number, message: string): Refusal {
  return { status: 400, code, message }
}

/** The refusal of the catalogue with that name; `values` fill in its text. */
export function refusal(name: VenueErrorName, ...values: readonly (string | number)[]): Refusal {
  const error = VENUE_ERROR[name]
  return refuse(error.code, errorText(error, ...values))
}

/** Tells what a step returned from its refusal. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'code' in value && 'status' in value
}

/** The body that a refusal has on the wire. */
export function refusalBody({ code, message, data }: Refusal): string {
  return `{"code":${code},"msg":${JSON.stringify(message)}${data === undefined ? '' : `,"data":${data}`}}`
}
