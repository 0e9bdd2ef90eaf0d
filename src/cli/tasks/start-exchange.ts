/**
 * A running exchange: the box, its servers, and the loop that keeps it in time.
 *
 * In: settings. Out: addresses and accounts; `stop` ends it. Owns: the servers and the loop. Fails: a port that is taken is a
 * UsageError that names the option; a bug inside is told to `onFault`, and the exchange goes on.
 */
import type { FastifyInstance } from 'fastify'
import type { VenueName } from '../../exchange/box/box-venue.ts'
import type { BoxClock } from '../../exchange/box/box-host.ts'
import type { BoxKey } from '../../exchange/box/commands.ts'
import { type Deposit, openAccount } from '../../exchange/box/open-account.ts'
import { addControl } from '../../exchange/wire/control.ts'
import { futuresTruth, spotTruth } from '../../exchange/wire/control-truth.ts'
import { FaultBoard } from '../../exchange/wire/faults.ts'
import { strikeRequests } from '../../exchange/wire/rest-faults.ts'
import { KeyRing } from '../../exchange/wire/security.ts'
import type { ApiSockets } from '../../exchange/wire/sockets/api-sockets.ts'
import { CLOSE } from '../../exchange/wire/sockets/socket-rules.ts'
import { systemClock } from '../../node/clock.ts'
import { nodeSignatures } from '../../node/signatures.ts'
import { secretText } from '../../node/secrets.ts'
import { UsageError } from '../command.ts'
import { openBox } from './open-box.ts'
import type { BoxSettings, ExchangeHost, Readers } from './open-box.ts'
import { openRecordedBox } from './recorded-box.ts'
import type { Recording } from './recorded-box.ts'
import { futuresServer, spotServer } from './venue-servers.ts'
import { type FuturesStreams, type SpotStreams, futuresStreams, spotStreams } from './venue-streams.ts'

const LOCAL = '127.0.0.1'
/** The box is brought to the present this often, milliseconds. */
const LOOP_MS = 5
/** Sockets look after pings, ages and keys this often, milliseconds. */
const TICK_MS = 500
/** A snapshot this often, milliseconds: a restart plays what came after the last one. */
const SNAPSHOT_MS = 30_000
const KEY_LENGTH = 64

export interface AccountWish {
  readonly name: string
  /** USDT at each venue, as decimal text. */
  readonly balance: string
}

export interface ExchangeSettings extends BoxSettings {
  /** 0 for any free port. */
  readonly futuresPort: number
  readonly spotPort: number
  /** Opened unless there are accounts of these names. */
  readonly accounts: readonly AccountWish[]
  readonly control: boolean
  /** What plays inside; undefined for seeded crowds. */
  readonly recording: Recording | undefined
  /** Told of bugs. */
  readonly onFault: (error: unknown) => void
}

/** An account with its first key, as its owner needs it. */
export interface ReadyAccount {
  readonly name: string
  readonly account: number
  readonly apiKey: string
  readonly secret: string
}

export interface RunningExchange {
  readonly futures: string
  readonly spot: string
  readonly accounts: readonly ReadyAccount[]
  readonly host: ExchangeHost
  readonly faults: FaultBoard
  readonly remarks: readonly string[]
  stop(): Promise<void>
}

interface Server {
  readonly venue: VenueName
  readonly port: number
  readonly app: FastifyInstance
  readonly api: ApiSockets
}

/** Starts everything; resolves when both ports answer. */
export async function startExchange(settings: ExchangeSettings): Promise<RunningExchange> {
  const { onFault } = settings
  const faults = new FaultBoard()
  let streams: { readonly futures: FuturesStreams; readonly spot: SpotStreams } | undefined
  const clock = new OffsetClock()
  const readers: Readers = (box, sources) => {
    streams = {
      futures: futuresStreams(box, sources.futures, faults),
      spot: spotStreams(box, sources.spot, faults),
    }
    return [...streams.futures.readers, ...streams.spot.readers]
  }
  const { recording } = settings
  const opened =
    recording === undefined
      ? openBox(settings, clock, readers)
      : await openRecordedBox({ ...recording, speed: settings.speed, onFault }, clock, readers)
  if (streams === undefined) throw new RangeError('the box was opened without its readers')
  const { host } = opened
  const { futures, spot } = streams
  const keys = new KeyRing(nodeSignatures)
  for (const wish of settings.accounts) makeAccount(host, wish)
  for (const key of host.box.keys.values()) keys.add({ ...key, permissions: { trade: key.trade } })
  const servers: readonly Server[] = [
    {
      venue: 'futures',
      port: settings.futuresPort,
      ...futuresServer({ host, keys, streams: futures, faults, onFault }),
    },
    { venue: 'spot', port: settings.spotPort, ...spotServer({ host, keys, streams: spot, faults, onFault }) },
  ]
  const truth = { futures: futuresTruth(host.box.futures), spot: spotTruth(host.box.spot) }
  const disconnect = (name: VenueName): void => {
    const { sockets } = name === 'futures' ? futures : spot
    sockets.close(CLOSE.goingAway)
    for (const { venue, api } of servers) if (venue === name) api.close(CLOSE.goingAway)
  }
  const offsetClock = (microseconds: number): void => void (clock.offset = microseconds)
  for (const { venue, app } of servers) {
    strikeRequests(app, faults, venue, (milliseconds) => systemClock.sleep(milliseconds))
    if (settings.control) addControl(app, { host, keys, faults, secret: secretText, disconnect, offsetClock, truth })
  }
  const end = async (): Promise<void> => {
    for (const { venue } of servers) disconnect(venue)
    for (const { app } of servers) await app.close()
    opened.close()
  }
  const urls: string[] = []
  try {
    for (const { venue, app, port } of servers) urls.push(await listen(app, port, `--${venue}-port`))
  } catch (error) {
    await end()
    throw error
  }
  const timers = [
    setInterval(() => guarded(onFault, () => host.present()), LOOP_MS),
    setInterval(() => guarded(onFault, () => [futures, spot].forEach(({ sockets }) => sockets.tick())), TICK_MS),
    setInterval(() => guarded(onFault, () => servers.forEach(({ api }) => api.tick())), TICK_MS),
    setInterval(() => guarded(onFault, () => opened.snapshot()), SNAPSHOT_MS),
  ]
  return {
    futures: urls[0] ?? '',
    spot: urls[1] ?? '',
    accounts: readyAccounts(host),
    host,
    faults,
    remarks: opened.remarks,
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await end()
    },
  }
}

/** The machine's clock, set off as control orders. */
class OffsetClock implements BoxClock {
  /** Microseconds. */
  offset = 0

  nowMicros(): number {
    return systemClock.nowMicros() + this.offset
  }
}

/** Opens an account with a key of its own, unless there is one of that name. */
function makeAccount(host: ExchangeHost, { name, balance }: AccountWish): void {
  if (host.box.accounts.some((known) => known.name === name)) return
  const key: Omit<BoxKey, 'account'> = {
    name: secretText(KEY_LENGTH),
    scheme: 'hmac',
    material: secretText(KEY_LENGTH),
    trade: true,
    addresses: [],
  }
  const { futures, spot } = host.box
  const deposits: Deposit[] = []
  if (futures.assets.includes('USDT')) deposits.push({ venue: 'futures', asset: 'USDT', amount: balance })
  if (spot.assets.includes('USDT')) deposits.push({ venue: 'spot', asset: 'USDT', amount: balance })
  const opened = openAccount(host, { name, deposits, key })
  if (typeof opened !== 'number') throw new UsageError(`--account ${name}:${balance}: ${opened.message}`)
}

/** Accounts with the first key of each that signs by HMAC. */
function readyAccounts({ box }: ExchangeHost): readonly ReadyAccount[] {
  const keys = [...box.keys.values()]
  return box.accounts.map(({ name, account }) => {
    const key = keys.find((known) => known.account === account && known.scheme === 'hmac')
    return { name, account, apiKey: key?.name ?? '', secret: key?.material ?? '' }
  })
}

async function listen(app: FastifyInstance, port: number, option: string): Promise<string> {
  try {
    return await app.listen({ host: LOCAL, port })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new UsageError(`port ${port} is in use: stop what listens there, or choose another one (${option})`)
    if (code === 'EACCES') throw new UsageError(`port ${port} needs privileges: choose one above 1023 (${option})`)
    throw error
  }
}

function guarded(onFault: (error: unknown) => void, work: () => void): void {
  try {
    work()
  } catch (error) {
    onFault(error)
  }
}
