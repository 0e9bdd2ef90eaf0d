/**
 * Addresses of stream sockets: which part of the host, raw or wrapped messages, and what is subscribed from the start.
 * In: the path and query of an upgrade request. Out: what it asks for; undefined for a path that has no streams. Tolerates
 * what clients append to paths: pieces that are no stream name are left out.
 */
import { ROUTE } from '../../feeds/stream-kinds.ts'
import { decoded } from '../parameters.ts'

/** A listen key, and the event names that it is wanted for (undefined: all). */
export interface KeyWish {
  readonly key: string
  readonly events: readonly string[] | undefined
}

export interface StreamPath {
  /** ROUTE flags that are served here. */
  readonly route: number
  /** Messages are wrapped with the name of their stream. */
  readonly combined: boolean
  readonly streams: readonly string[]
  readonly keys: readonly KeyWish[]
}

export interface PathHabits {
  /** Parts of the host; without, everything is served everywhere. */
  readonly routed: boolean
  /** What a futures address without a part serves, as ROUTE flags. */
  readonly unrouted: number
}

const ROUTES: Readonly<Record<string, number>> = {
  public: ROUTE.public,
  market: ROUTE.market,
  private: ROUTE.private,
}
/** Letters and digits, as the venue makes them. */
const LISTEN_KEY = /^[A-Za-z0-9]{32,128}$/

export function isListenKey(name: string): boolean {
  return LISTEN_KEY.test(name)
}

function isStreamName(name: string): boolean {
  return name.startsWith('!') || name.indexOf('@') > 0
}

/** `target`: the request's target, such as `/market/stream?streams=btcusdt@aggTrade`. */
export function readStreamPath(target: string, habits: PathHabits): StreamPath | undefined {
  const question = target.indexOf('?')
  const path = question === -1 ? target : target.slice(0, question)
  const pieces = path.split('/').filter((piece) => piece !== '')
  let route = habits.routed ? habits.unrouted : ROUTE.any
  const part = pieces[0] ?? ''
  if (habits.routed && Object.hasOwn(ROUTES, part)) {
    route = ROUTES[part] ?? route
    pieces.shift()
  }
  const mode = pieces.shift()
  if (mode !== 'ws' && mode !== 'stream') return undefined
  const names = pieces.map((piece) => decoded(piece) ?? '')
  const keys: KeyWish[] = []
  if (question !== -1) readQuery(target.slice(question + 1), names, keys)
  for (const name of names) if (isListenKey(name)) keys.push({ key: name, events: undefined })
  return { route, combined: mode === 'stream', streams: names.filter(isStreamName), keys }
}

/** `streams=a/b`, and any number of `listenKey=…` each with its own `events=A/B` behind it. */
function readQuery(query: string, names: string[], keys: KeyWish[]): void {
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=')
    if (equals === -1) continue
    const name = pair.slice(0, equals)
    const value = decoded(pair.slice(equals + 1)) ?? ''
    if (name === 'streams') names.push(...value.split('/'))
    else if (name === 'listenKey' && value !== '') keys.push({ key: value, events: undefined })
    else if (name === 'events' && value !== '') {
      const last = keys.pop()
      if (last !== undefined) keys.push({ key: last.key, events: value.split('/') })
    }
  }
}
