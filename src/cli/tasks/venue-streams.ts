/** Streams of the box's venues: feeds that read what happens, and the sockets that carry it. */
import { FeedReader, UserReader } from '../../exchange/box/feed-reader.ts'
import type { BoxReader, VenueName } from '../../exchange/box/box-venue.ts'
import { FuturesUserFeed } from '../../exchange/feeds/futures-user-feed.ts'
import type { FeedSource } from '../../exchange/feeds/feed-source.ts'
import { MarketFeed } from '../../exchange/feeds/market-feed.ts'
import { SpotUserFeed } from '../../exchange/feeds/spot-user-feed.ts'
import { ROUTE } from '../../exchange/feeds/stream-kinds.ts'
import type { FaultBoard } from '../../exchange/wire/faults.ts'
import { ListenKeys } from '../../exchange/wire/listen-keys.ts'
import type { ApiSockets } from '../../exchange/wire/sockets/api-sockets.ts'
import { FUTURES_SOCKETS, SPOT_SOCKETS } from '../../exchange/wire/sockets/socket-rules.ts'
import { StreamSockets } from '../../exchange/wire/sockets/stream-sockets.ts'
import { FaultyStreams, type StreamTarget } from '../../exchange/wire/stream-faults.ts'
import { secretText } from '../../node/secrets.ts'
import type { ExchangeBox } from './open-box.ts'

const LISTEN_KEY_LENGTH = 64

/** What a venue tells its listeners with. */
export interface VenueStreams {
  readonly feed: MarketFeed
  readonly sockets: StreamSockets
  /** In the order in which they read. */
  readonly readers: readonly (readonly [VenueName, BoxReader])[]
}

export interface SpotStreams extends VenueStreams {
  readonly users: SpotUserFeed
  /** User events go to this API once it is there. */
  readonly attach: (api: ApiSockets) => void
}

export interface FuturesStreams extends VenueStreams {
  readonly listenKeys: ListenKeys
}

export const defer = (run: () => void): void => void setImmediate(run)

export function futuresStreams(box: ExchangeBox, source: FeedSource, board: FaultBoard): FuturesStreams {
  const { futures } = box
  const now = (): number => box.time
  const feed = new MarketFeed(source, {
    market: 'futures',
    marks: (instrument, into) => {
      const premium = futures.premiumOf(instrument)
      into.mark = premium.mark
      into.index = premium.index
      into.estimatedSettle = premium.estimatedSettle
      into.fundingRate = premium.fundingRate
      into.nextFunding = premium.nextFundingTime
    },
  })
  const users = new FuturesUserFeed(futures)
  const listenKeys = new ListenKeys(() => secretText(LISTEN_KEY_LENGTH))
  const sockets = new StreamSockets({
    feed,
    rules: FUTURES_SOCKETS,
    habits: { routed: true, unrouted: ROUTE.public },
    users: { watch: users, keys: listenKeys },
    now,
    defer,
  })
  const sink = new FaultyStreams({ target: sockets, board, venue: 'futures', nameOf: (id) => feed.nameOf(id), now })
  return {
    feed,
    sockets,
    listenKeys,
    readers: [
      ['futures', new FeedReader(feed, sink)],
      ['futures', new UserReader(users, sink)],
    ],
  }
}

export function spotStreams(box: ExchangeBox, source: FeedSource, board: FaultBoard): SpotStreams {
  const now = (): number => box.time
  const feed = new MarketFeed(source, { market: 'spot' })
  const users = new SpotUserFeed(box.spot)
  const habits = { routed: false, unrouted: ROUTE.any }
  const sockets = new StreamSockets({ feed, rules: SPOT_SOCKETS, habits, users: undefined, now, defer })
  let api: ApiSockets | undefined
  const target: StreamTarget = {
    publish: (stream, text) => sockets.publish(stream, text),
    tell: (account, event, text) => api?.tell(account, event, text),
  }
  const sink = new FaultyStreams({ target, board, venue: 'spot', nameOf: (id) => feed.nameOf(id), now })
  return {
    feed,
    sockets,
    users,
    attach: (made) => {
      api = made
    },
    readers: [
      ['spot', new FeedReader(feed, sink)],
      ['spot', new UserReader(users, sink)],
    ],
  }
}
