/** Why a host did not give what was asked, in plain words, and what a person can do about it. */
import type { HttpNotSent, HttpReply, HttpUnknown } from '../../live/ports.ts'
import { decodeUtf8 } from '../../core/utf8.ts'

export type RefusalKind =
  /** 451: not for this country. */
  | 'restricted'
  /** 403: a firewall or the region. */
  | 'blocked'
  /** 418: banned for a time. */
  | 'banned'
  /** 429: too many requests. */
  | 'busy'
  /** 404. */
  | 'absent'
  /** Another 4xx, with the venue's own words. */
  | 'rejected'
  /** 5xx. */
  | 'server'
  /** No connection. */
  | 'unreachable'
  /** The connection broke or fell silent. */
  | 'broken-off'
  /** An answer that is not what the interface promises. */
  | 'nonsense'

export interface Refusal {
  readonly kind: RefusalKind
  /** One sentence: what happened, with the host. */
  readonly message: string
  /** One or two sentences: what to do. */
  readonly remedy: string
  /** True when asking this host for anything else is pointless or harmful now. */
  readonly stopsHost: boolean
  /** How long the host asks to wait, in milliseconds; undefined when it does not say. */
  readonly waitMs: number | undefined
  /** The venue's error code, such as -1121. */
  readonly code: number | undefined
}

const RUN_AGAIN = 'Run the same command again later: what is finished is kept.'
const FROM_ELSEWHERE =
  'fetch the files where it is available and use "tapewright import FILE…" on them, or name a mirror with --base-url.'

/** Explains a reply that is no success. `nowMs` is the wall clock, for waiting times. */
export function explainReply(reply: HttpReply, url: string, nowMs: number): Refusal {
  const host = hostOf(url)
  const venue = readVenueError(reply)
  const waitMs = waitOf(reply, venue.text, nowMs)
  const shared = { waitMs, code: venue.code, stopsHost: false }
  switch (reply.status) {
    case 451:
      return {
        ...shared,
        kind: 'restricted',
        message: `HTTP 451: ${host} is not available from this country or network.`,
        remedy: `Run it from a place where the venue is available, or ${FROM_ELSEWHERE}`,
        stopsHost: true,
      }
    case 403:
      return {
        ...shared,
        kind: 'blocked',
        message: `HTTP 403: ${host} blocks this address (its firewall, or the region).`,
        remedy: `Try without VPN, proxy or shared cloud address, or an hour later; or ${FROM_ELSEWHERE}`,
        stopsHost: true,
      }
    case 418: {
      const until =
        waitMs === undefined ? 'for an unknown time (2 minutes to 3 days)' : `until ${timeText(nowMs + waitMs)}`
      return {
        ...shared,
        kind: 'banned',
        message: `HTTP 418: ${host} has banned this address ${until} after too many requests.`,
        remedy: `Wait until it is over, with every program at this address quiet (each request may prolong it); then run the same command again: what is finished is kept.`,
        stopsHost: true,
      }
    }
    case 429:
      return {
        ...shared,
        kind: 'busy',
        message: `HTTP 429: ${host} gets too many requests from this address${waitMs === undefined ? '' : ` and wants ${Math.ceil(waitMs / 1000)} s of rest`}.`,
        remedy: `Stop other programs that use the venue from here, then run the same command again: what is finished is kept.`,
      }
    case 404:
      return {
        ...shared,
        kind: 'absent',
        message: `HTTP 404: ${host} does not have ${pathOf(url)}.`,
        remedy: RUN_AGAIN,
      }
    default:
      if (reply.status >= 500) {
        const message = `HTTP ${reply.status}: ${host} cannot answer now.`
        return { ...shared, kind: 'server', message, remedy: RUN_AGAIN }
      }
      return {
        ...shared,
        kind: 'rejected',
        message: `HTTP ${reply.status}: ${host} rejects ${pathOf(url)}${venue.text === '' ? '' : `: ${venue.text}`}`,
        remedy:
          'Check the symbol and the days; if they are right, the interface may have changed: look for a newer version.',
      }
  }
}

/** Explains a request that got no reply. */
export function explainFault(outcome: HttpNotSent | HttpUnknown, url: string): Refusal {
  const host = hostOf(url)
  const shared = { waitMs: undefined, code: undefined }
  if (outcome.kind === 'not-sent') {
    return {
      ...shared,
      kind: 'unreachable',
      message: `${host} cannot be reached: ${outcome.reason}.`,
      remedy: `Check the network (behind a proxy set HTTPS_PROXY and NODE_USE_ENV_PROXY=1), then run the same command again: what is finished is kept.`,
      stopsHost: true,
    }
  }
  return {
    ...shared,
    kind: 'broken-off',
    message: `The connection to ${host} broke during ${pathOf(url)}: ${outcome.reason}.`,
    remedy: 'Run the same command again: it goes on where it stopped.',
    stopsHost: false,
  }
}

/** Explains a success whose content is wrong, such as the page of a network's login. */
export function explainNonsense(url: string, what: string): Refusal {
  return {
    kind: 'nonsense',
    message: `${hostOf(url)} answers ${pathOf(url)} with ${what}.`,
    remedy:
      'Open the address in a browser: a login page or a filter of the network may answer in its place. If not, look for a newer version.',
    stopsHost: false,
    waitMs: undefined,
    code: undefined,
  }
}

/** `2026-11-20 00:12:34 UTC`. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

export function hostOf(url: string): string {
  return /^[a-z]+:\/\/([^/]+)/i.exec(url)?.[1] ?? url
}

function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/]+/i, '').replace(/\?.*$/, '')
}

/** The venue's `{code, msg}`, or the beginning of any other text. */
function readVenueError(reply: HttpReply): { readonly code: number | undefined; readonly text: string } {
  const text = decodeUtf8(reply.body.subarray(0, 2000))
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && 'code' in value && 'msg' in value) {
      const code = typeof value.code === 'number' ? value.code : undefined
      return { code, text: `${String(value.code)} ${String(value.msg)}` }
    }
  } catch {
    // Not JSON: S3 answers in XML, firewalls in HTML.
  }
  const bare = text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
  return { code: undefined, text: bare.trim().slice(0, 100) }
}

/** From Retry-After (seconds), else from the "banned until" of the message. */
function waitOf(reply: HttpReply, text: string, nowMs: number): number | undefined {
  const header = reply.headers.get('retry-after')
  if (header !== undefined && /^\d{1,7}$/.test(header)) return Number(header) * 1000
  const until = /banned until (\d{13})/.exec(text)?.[1]
  return until === undefined ? undefined : Math.max(0, Number(until) - nowMs)
}
