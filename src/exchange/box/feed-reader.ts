/** Feeds as readers of the box: what a venue's log says becomes messages. */
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import type { FeedSink } from '../feeds/feed-source.ts'
import type { MarketFeed } from '../feeds/market-feed.ts'
import type { UserSink } from '../feeds/user-feed.ts'
import type { BoxReader } from './box-venue.ts'

/** Market data. */
export class FeedReader implements BoxReader {
  readonly #feed: MarketFeed
  readonly #sink: FeedSink

  constructor(feed: MarketFeed, sink: FeedSink) {
    this.#feed = feed
    this.#sink = sink
  }

  advance(): void {
    this.#feed.advance(this.#sink)
  }

  read(): void {
    this.#feed.read(this.#sink)
  }

  save(writer: StateWriter): void {
    this.#feed.save(writer)
  }

  load(reader: StateReader): void {
    this.#feed.load(reader)
  }
}

/** User events: nothing of them is kept. */
export class UserReader implements BoxReader {
  readonly #feed: { read(sink: UserSink): void }
  readonly #sink: UserSink

  constructor(feed: { read(sink: UserSink): void }, sink: UserSink) {
    this.#feed = feed
    this.#sink = sink
  }

  advance(): void {
    // Time alone brings no user event.
  }

  read(): void {
    this.#feed.read(this.#sink)
  }

  save(): void {
    // Listeners are gone with their connections.
  }

  load(): void {
    // The same.
  }
}
