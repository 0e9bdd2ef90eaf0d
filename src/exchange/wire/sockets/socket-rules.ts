/** What the venues allow on a WebSocket. Times in microseconds, sizes in bytes. */

export interface SocketRules {
  /** Messages and pings that a client may send in a second; one more and it is cut. */
  readonly inboundPerSecond: number
  /** Streams of one connection. */
  readonly streamsMax: number
  /** Connections that one address may open within `connectSpan`. */
  readonly connectsMax: number
  readonly connectSpan: number
  /** The server pings this often and cuts who has not answered for `pongDeadline`. */
  readonly pingEvery: number
  readonly pongDeadline: number
  /** Connections are cut at this age. */
  readonly life: number
  /** A client that lets more than this pile up is cut. */
  readonly backlogMax: number
}

const SECOND = 1_000_000
const MINUTE = 60 * SECOND

/** A few seconds of a busy market of 200 symbols. */
const BACKLOG_MAX = 4 << 20

export const FUTURES_SOCKETS: SocketRules = {
  inboundPerSecond: 10,
  streamsMax: 1024,
  connectsMax: 300,
  connectSpan: 5 * MINUTE,
  pingEvery: 3 * MINUTE,
  pongDeadline: 10 * MINUTE,
  life: 24 * 60 * MINUTE,
  backlogMax: BACKLOG_MAX,
}

export const SPOT_SOCKETS: SocketRules = {
  ...FUTURES_SOCKETS,
  inboundPerSecond: 5,
  pingEvery: 20 * SECOND,
  pongDeadline: MINUTE,
}

/** Largest message that a client may send: a thousand stream names. */
export const INBOUND_BYTES_MAX: number = 128 << 10

/** Close codes of the protocol (RFC 6455). */
export const CLOSE = { goingAway: 1001, policy: 1008 } as const
