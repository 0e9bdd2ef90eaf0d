/** Market data as a reader of the box: what a venue's log says becomes messages on streams. */
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import type { FeedSink } from '../feeds/feed-source.ts'
import type { MarketFeed } from '../feeds/market-feed.ts'
import type { BoxReader } from './box-venue.ts'

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
