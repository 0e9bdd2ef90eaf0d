/**
 * The box of `tapewright exchange` with its clock and its state folder: made anew, or as it was when it was last alive.
 *
 * In: what to run, and a folder or none. Out: a host with all accounts and keys. Owns: what identifies an exchange in a
 * folder. Refuses: a folder in which another exchange lives, naming the first option that differs.
 */
import { StateReader, StateWriter } from '../../core/tape/state.ts'
import { CROWD_ACCOUNTS } from '../../exchange/crowd/crowd-venue.ts'
import { Box } from '../../exchange/box/box.ts'
import { type BoxClock, BoxHost } from '../../exchange/box/box-host.ts'
import type { BoxReader, VenueName } from '../../exchange/box/box-venue.ts'
import { parseJournalLine } from '../../exchange/box/commands.ts'
import { marketsOf } from '../../exchange/box/markets.ts'
import type { FeedSource } from '../../exchange/feeds/feed-source.ts'
import { FuturesVenue } from '../../exchange/venue/futures/futures-venue.ts'
import { SpotVenue } from '../../exchange/venue/spot/spot-venue.ts'
import { BoxStateError, BoxStateFolder } from '../../node/box-state.ts'

export type ExchangeBox = Box<FuturesVenue, SpotVenue>
export type ExchangeHost = BoxHost<FuturesVenue, SpotVenue>

export interface BoxSettings {
  readonly symbols: readonly string[]
  readonly seed: number
  readonly speed: number
  /** Undefined: nothing is kept. */
  readonly stateFolder: string | undefined
}

/** What the public sees of each venue. */
export interface PublicSources {
  readonly futures: FeedSource
  readonly spot: FeedSource
}

/** Readers that are attached before anything is recovered, so that their part of a snapshot comes back too. */
export type Readers = (box: ExchangeBox, sources: PublicSources) => readonly (readonly [VenueName, BoxReader])[]

export interface OpenedBox {
  readonly host: ExchangeHost
  /** What the operator should know of the recovery. */
  readonly remarks: readonly string[]
  /** Keeps a snapshot; nothing without a state folder. */
  snapshot(): void
  /** Keeps a last snapshot and leaves the folder. */
  close(): void
}

interface Identity {
  readonly format: 1
  readonly seed: number
  readonly symbols: readonly string[]
  /** Venue time and speed with which it began, microseconds. */
  readonly startTime: number
  readonly speed: number
}

/** Opens the box of these settings and brings it to the present. */
export function openBox(settings: BoxSettings, clock: BoxClock, readers: Readers): OpenedBox {
  const { stateFolder } = settings
  if (stateFolder === undefined) {
    const box = newBox(settings, clock.nowMicros(), readers)
    return {
      host: new BoxHost(box, clock, undefined),
      remarks: [],
      snapshot: () => undefined,
      close: () => undefined,
    }
  }
  const folder = new BoxStateFolder(stateFolder, false)
  try {
    return recovered(folder, settings, clock, readers)
  } catch (error) {
    folder.close()
    throw error
  }
}

function recovered(folder: BoxStateFolder, settings: BoxSettings, clock: BoxClock, readers: Readers): OpenedBox {
  const identity = identityOf(folder, settings, clock)
  const box = newBox({ ...settings, speed: identity.speed }, identity.startTime, readers)
  const found = folder.recover()
  if (found.snapshot !== undefined) {
    const reader = new StateReader(found.snapshot)
    box.load(reader)
    reader.finish()
  }
  for (const line of found.lines) {
    const entry = parseJournalLine(line)
    if (entry === undefined) throw new BoxStateError(`${folder.folder}: a journal line is of another version: ${line}`)
    box.take(entry.time, entry.command)
  }
  // What was told to clients may be of a later time than the last command.
  box.runTo(found.reached)
  const host = new BoxHost(box, clock, folder)
  host.resume()
  if (box.speed !== settings.speed) host.command({ kind: 'pace', speed: settings.speed })
  const snapshot = (): void => {
    const writer = new StateWriter(1 << 20)
    box.save(writer)
    folder.snapshot(writer.finish())
  }
  // Should it end soon again, it is not all played once more.
  if (found.lines.length > 0) snapshot()
  return {
    host,
    remarks: found.remarks,
    snapshot,
    close: () => {
      snapshot()
      folder.close()
    },
  }
}

function newBox({ symbols, seed, speed }: BoxSettings, startTime: number, readers: Readers): ExchangeBox {
  const markets = marketsOf(symbols)
  const box = new Box({
    seed,
    markets,
    futures: new FuturesVenue({ instruments: markets.map(({ futures }) => futures), crowdAccounts: CROWD_ACCOUNTS }),
    spot: new SpotVenue({ instruments: markets.map(({ spot }) => spot), crowdAccounts: CROWD_ACCOUNTS }),
    startTime,
    speed,
  })
  for (const [venue, reader] of readers(box, box)) box.attach(venue, reader)
  return box
}

/** What lives in the folder, which must be what is asked for; in an empty folder it is written down. */
function identityOf(folder: BoxStateFolder, { seed, symbols, speed }: BoxSettings, clock: BoxClock): Identity {
  const known = folder.identity()
  const wanted: Identity = { format: 1, seed, symbols, startTime: clock.nowMicros(), speed }
  if (known === undefined) {
    folder.identify(JSON.stringify(wanted))
    return wanted
  }
  const found = JSON.parse(known) as Identity
  const hint = `in ${folder.folder} lives an exchange with`
  if (found.format !== 1) throw new BoxStateError(`${hint} state of another version; name another folder`)
  if (found.seed !== seed) throw new BoxStateError(`${hint} --seed ${found.seed}; give that, or name another folder`)
  if (found.symbols.join() !== symbols.join())
    throw new BoxStateError(`${hint} --symbols ${found.symbols.join()}; give those, or name another folder`)
  return found
}
