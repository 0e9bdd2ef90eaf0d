/**
 * The box of `tapewright exchange --market TAPE`: a recording plays inside, read ahead while it plays.
 *
 * In: a tape. Out: a host in real time. Owns the reading. Refuses: tapes whose markets the venues do not have. Fails: damage
 * on the tape ends the playing like its end, and is told to `onFault`.
 */
import type { TapeSource } from '../../core/tape/source.ts'
import { CROWD_ACCOUNTS } from '../../exchange/crowd/crowd-venue.ts'
import { Box } from '../../exchange/box/box.ts'
import { type BoxClock, BoxHost } from '../../exchange/box/box-host.ts'
import type { Queue } from '../../exchange/history/queue-model.ts'
import { RecordedInside } from '../../exchange/recording/recorded-inside.ts'
import { recordedInstruments } from '../../exchange/recording/recorded-instruments.ts'
import { RecordedRows } from '../../exchange/recording/recorded-rows.ts'
import type { Impact } from '../../exchange/recording/recorded-venue.ts'
import { FuturesVenue } from '../../exchange/venue/futures/futures-venue.ts'
import { SpotVenue } from '../../exchange/venue/spot/spot-venue.ts'
import { openTape } from '../../node/tape-reader.ts'
import type { OpenedBox, Readers } from './open-box.ts'

/** Buffers are read this often, milliseconds. */
const READ_MS = 2

export interface Recording {
  /** Path of the tape. */
  readonly tape: string
  readonly impact: Impact
  readonly queue: Queue
  /** Told once, when all has been played. */
  readonly onEnd: () => void
}

export interface RecordedSettings extends Recording {
  readonly speed: number
  readonly onFault: (error: unknown) => void
}

/** Opens the tape and a box in which it begins to play at the present. */
export async function openRecordedBox(
  settings: RecordedSettings,
  clock: BoxClock,
  readers: Readers,
): Promise<OpenedBox> {
  const tape = await openTape(settings.tape)
  const reading = new Reading(tape, settings.onFault)
  try {
    const { futures, spot, places } = recordedInstruments(tape.instruments)
    await reading.fill()
    const { queue, impact, onEnd } = settings
    let inside: RecordedInside | undefined
    const box = new Box({
      seed: 0,
      markets: [],
      futures: new FuturesVenue({ instruments: futures, crowdAccounts: CROWD_ACCOUNTS }),
      spot: new SpotVenue({ instruments: spot, crowdAccounts: CROWD_ACCOUNTS }),
      startTime: clock.nowMicros(),
      speed: settings.speed,
      inside: (futuresVenue, spotVenue) => {
        inside = new RecordedInside(futuresVenue, spotVenue, { rows: reading.rows, places, queue, impact, onEnd })
        return inside
      },
    })
    const sources = { futures: inside?.futures.record ?? box.futures, spot: inside?.spot.record ?? box.spot }
    for (const [venue, reader] of readers(box, sources)) box.attach(venue, reader)
    return {
      host: new BoxHost(box, clock, undefined),
      remarks: [],
      snapshot: () => undefined,
      close: () => reading.close(),
    }
  } catch (error) {
    reading.close()
    throw error
  }
}

/** Keeps rows ahead of the market that plays them. */
class Reading {
  readonly rows: RecordedRows
  readonly #tape: TapeSource
  readonly #onFault: (error: unknown) => void
  readonly #timer: NodeJS.Timeout
  #busy: Promise<void> | undefined

  constructor(tape: TapeSource, onFault: (error: unknown) => void) {
    this.#tape = tape
    this.#onFault = onFault
    this.rows = new RecordedRows((buffer) => tape.release(buffer))
    this.#timer = setInterval(() => void this.fill(), READ_MS)
  }

  /** Reads until there is enough. */
  fill(): Promise<void> {
    this.#busy ??= this.#read().finally(() => (this.#busy = undefined))
    return this.#busy
  }

  close(): void {
    clearInterval(this.#timer)
    this.rows.complete = true
    void (this.#busy ?? Promise.resolve()).then(() => this.#tape.close())
  }

  async #read(): Promise<void> {
    try {
      while (this.rows.wants) {
        const buffer = await this.#tape.next()
        if (buffer === undefined) this.rows.complete = true
        else this.rows.put(buffer)
      }
    } catch (error) {
      this.rows.complete = true
      this.#onFault(error)
    }
    if (this.rows.complete) clearInterval(this.#timer)
  }
}
