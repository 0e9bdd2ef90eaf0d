/**
 * What comes into the box from outside, as plain data: requests of clients, and what its operator does. The journal is one
 * line for each; the box's state is what it was at a snapshot and the lines since.
 *
 * A line is JSON: the time in microseconds and the command. Numbers, texts and truth values come back as they were.
 */
import type { VenueRequest } from '../venue/requests.ts'
import type { VenueName } from './box-venue.ts'

/** An API key: for the secret of HMAC keys, or the public key of the others. */
export interface BoxKey {
  readonly name: string
  readonly account: number
  readonly scheme: 'hmac' | 'ed25519' | 'rsa'
  readonly material: string
  readonly trade: boolean
  /** Addresses it may be used from; empty for any. */
  readonly addresses: readonly string[]
}

export type BoxCommand =
  | { readonly kind: 'request'; readonly venue: VenueName; readonly request: VenueRequest }
  /** Opens an account at both venues, under the same number. */
  | { readonly kind: 'account'; readonly name: string }
  | { readonly kind: 'key'; readonly key: BoxKey }
  | { readonly kind: 'remove-key'; readonly name: string }
  /** How fast the market inside runs against the venue's clock; 0 halts it. */
  | { readonly kind: 'pace'; readonly speed: number }
  /** The machine is too slow for the pace: the market goes on at time `to`, and what it missed does not happen. */
  | { readonly kind: 'slip'; readonly to: number }
  /** Lets the market inside run for so many of its own microseconds at once. */
  | { readonly kind: 'run'; readonly span: number }
  /** Time passed while nobody was there: the market goes on from now. */
  | { readonly kind: 'resume' }

/** One line of the journal, without its end. */
export function journalLine(time: number, command: BoxCommand): string {
  return JSON.stringify([time, command])
}

export interface JournalEntry {
  readonly time: number
  readonly command: BoxCommand
}

/** Reads what `journalLine` wrote; undefined for anything else. */
export function parseJournalLine(line: string): JournalEntry | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!Array.isArray(parsed) || parsed.length !== 2) return undefined
  const [time, command] = parsed as readonly unknown[]
  if (typeof time !== 'number' || typeof command !== 'object' || command === null || !('kind' in command))
    return undefined
  return { time, command: command as BoxCommand }
}
