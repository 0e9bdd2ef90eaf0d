import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { BOOK_STATE } from '../../src/core/market/book.ts'
import { Random } from '../../src/core/number/random.ts'
import { OwnBooks, SILENCE_US } from './own-books.ts'
import { StreamBox } from './stream-box.ts'
import { BEAT_US } from './truth.ts'
import type { TrueBook } from './truth.ts'

const SYMBOLS = 5
const ROUNDS = 10
/** Milliseconds: longer and shorter than what counts as silence. */
const LONG_MUTE_MS = (SILENCE_US / 1000) * 2
const SHORT_MUTE_MS = 300
/** What never comes is waited for so long, milliseconds. */
const LIMIT = { timeout: 120_000 }

/** A box with books that follow it, one beat at a time, and a random choice of markets for faults. */
class FaultWorld {
  readonly box: StreamBox
  readonly own: OwnBooks
  readonly #random: Random
  /** The market that faults strike now. */
  market = 0

  private constructor(box: StreamBox, seed: number) {
    this.box = box
    this.own = new OwnBooks(box)
    this.#random = new Random(seed, 'faults')
  }

  static async start(context: TestContext, seed: number): Promise<FaultWorld> {
    const world = new FaultWorld(await StreamBox.start(SYMBOLS, seed), seed)
    context.after(() => world.box.stop())
    context.after(() => world.own.stop())
    await world.own.start()
    await world.next()
    return world
  }

  get truth(): TrueBook {
    const truth = this.box.truth.books[this.market]
    assert(truth !== undefined)
    return truth
  }

  get gapRows(): number {
    return this.own.gapRows[this.market] as number
  }

  get messages(): number {
    return this.own.messages[this.market] as number
  }

  get state(): number {
    return this.own.books[this.market]?.state ?? -1
  }

  /** Name of the market's stream. */
  get stream(): string {
    return `${this.truth.symbol.toLowerCase()}@depth@100ms`
  }

  /** One beat, taken up. */
  async beat(): Promise<void> {
    this.box.step()
    await this.own.caughtUp()
  }

  /** Beats until the market has changed, whether or not its message arrives. */
  async next(): Promise<void> {
    do await this.beat()
    while (!this.truth.changed)
  }

  /** Turns to another market, with some beats in between. */
  async turn(): Promise<void> {
    this.market = this.#random.below(SYMBOLS)
    for (let beats = this.#random.below(5); beats > 0; beats--) await this.beat()
    await this.next()
    this.isRight()
  }

  /** Fetches a snapshot and checks that the book is right with the next message. */
  async heal(): Promise<void> {
    await this.own.fetchSnapshot(this.market)
    await this.next()
    this.isRight()
  }

  isRight(): void {
    assert.equal(this.own.difference(this.market, this.truth), '')
  }

  total(): number {
    return this.own.gapRows.reduce((sum, rows) => sum + rows, 0)
  }
}

test('a lost message is a gap row with the very next message', LIMIT, async (context) => {
  const world = await FaultWorld.start(context, 11)
  for (let round = 1; round <= ROUNDS; round++) {
    await world.turn()
    const { messages, gapRows } = world
    world.box.fault('lose', world.stream)
    await world.next()
    assert.deepEqual([world.messages, world.gapRows], [messages, gapRows])
    await world.next()
    assert.deepEqual([world.messages, world.gapRows], [messages + 1, gapRows + 1])
    assert.equal(world.state, BOOK_STATE.broken)
    await world.heal()
    assert.equal(world.total(), round)
  }
  assert.equal(world.own.watch.silences, 0)
})

test(
  'a message that comes before its predecessor is a gap row at once, and the predecessor is counted as old',
  LIMIT,
  async (context) => {
    const world = await FaultWorld.start(context, 12)
    for (let round = 1; round <= ROUNDS; round++) {
      await world.turn()
      const { messages, gapRows } = world
      world.box.fault('swap', world.stream)
      await world.next()
      assert.equal(world.messages, messages)
      const seen: number[] = []
      world.own.onMessage = (market) => {
        if (market === world.market) seen.push(world.gapRows)
      }
      await world.next()
      world.own.onMessage = () => undefined
      assert.deepEqual(seen, [gapRows + 1, gapRows + 1])
      assert.equal(world.state, BOOK_STATE.broken)
      await world.heal()
      assert.deepEqual([world.total(), world.own.merge.repeats], [round, round])
    }
  },
)

test('a message that comes twice is counted and changes nothing', LIMIT, async (context) => {
  const world = await FaultWorld.start(context, 13)
  for (let round = 1; round <= ROUNDS; round++) {
    await world.turn()
    const { messages } = world
    world.box.fault('repeat', world.stream)
    await world.next()
    assert.equal(world.messages, messages + 2)
    world.isRight()
    assert.deepEqual([world.total(), world.own.merge.repeats], [0, round])
  }
})

test('a muted market is stale within its timeout, and its return is a gap row', LIMIT, async (context) => {
  const world = await FaultWorld.start(context, 14)
  for (let round = 1; round <= ROUNDS; round++) {
    await world.turn()
    const { gapRows, messages } = world
    const [last] = world.box.time
    world.box.fault('mute', world.stream, LONG_MUTE_MS)
    while (world.state === BOOK_STATE.live) {
      await world.beat()
      assert((world.box.time[0] as number) - (last as number) <= SILENCE_US + BEAT_US)
    }
    assert.deepEqual([world.messages, world.own.watch.isSilent[world.market]], [messages, 1])
    while (world.messages === messages) await world.beat()
    assert.deepEqual([world.gapRows, world.own.watch.isSilent[world.market]], [gapRows + 1, 0])
    assert.equal(world.state, BOOK_STATE.broken)
    await world.heal()
    assert.deepEqual([world.total(), world.own.watch.silences], [round, round])
  }
})

test('a mute too short to be silence is a gap row with the first message after it', LIMIT, async (context) => {
  const world = await FaultWorld.start(context, 15)
  for (let round = 1; round <= ROUNDS; round++) {
    await world.turn()
    const { messages, gapRows } = world
    world.box.fault('mute', world.stream, SHORT_MUTE_MS)
    while (world.messages === messages) await world.beat()
    assert.equal(world.gapRows, gapRows + 1)
    await world.heal()
    assert.deepEqual([world.total(), world.own.watch.silences], [round, 0])
  }
})

test(
  'a connection that is muted as a whole answers pings, and every market is stale within its timeout',
  LIMIT,
  async (context) => {
    const world = await FaultWorld.start(context, 16)
    await world.turn()
    const [last] = world.box.time
    for (const symbol of world.box.symbols) world.box.fault('mute', symbol.toLowerCase(), LONG_MUTE_MS)
    while (world.own.books.some(({ state }) => state === BOOK_STATE.live)) {
      await world.beat()
      await world.own.ping()
      // A stream that is muted says nothing from its next message on, which may come a pause later.
      assert((world.box.time[0] as number) - (last as number) <= 2 * SILENCE_US + BEAT_US)
    }
    assert.equal(world.own.watch.silences, SYMBOLS)
  },
)
