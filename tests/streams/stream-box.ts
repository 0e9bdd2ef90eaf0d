/**
 * A box whose clock is turned by hand, with its futures server on loopback: real sockets and real HTTP, and between two
 * beats nothing happens until everybody has heard the first.
 */
import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import type { ExchangeHost } from '../../src/cli/tasks/open-box.ts'
import { openBox } from '../../src/cli/tasks/open-box.ts'
import { futuresServer } from '../../src/cli/tasks/venue-servers.ts'
import { futuresStreams } from '../../src/cli/tasks/venue-streams.ts'
import type { FuturesStreams } from '../../src/cli/tasks/venue-streams.ts'
import { firstSymbols } from '../../src/exchange/box/markets.ts'
import { FaultBoard } from '../../src/exchange/wire/faults.ts'
import type { StreamFault } from '../../src/exchange/wire/faults.ts'
import { KeyRing } from '../../src/exchange/wire/security.ts'
import { nodeSignatures } from '../../src/node/signatures.ts'
import type { Access } from '../conformance/clients/client.ts'
import { BEAT_US, TruthReader } from './truth.ts'

/** Friday, 2026-11-20, on a beat, in microseconds. */
const START = 1_795_216_100_000_000
/** Beats between two looks of the sockets after pings and ages. */
const TICK_BEATS = 5

export class StreamBox {
  readonly faults: FaultBoard = new FaultBoard()
  readonly truth: TruthReader
  readonly host: ExchangeHost
  /** Bugs that the server told of. */
  readonly bugs: unknown[] = []
  /** [0] is the venue's time, microseconds. */
  readonly time: Float64Array = new Float64Array([START])
  url = ''
  readonly #streams: FuturesStreams
  readonly #app: ReturnType<typeof futuresServer>['app']
  /** The server's ends of connections, by the client's port. */
  readonly #ends = new Map<number, Socket>()

  private constructor(symbols: number, seed: number) {
    let streams: FuturesStreams | undefined
    let truth: TruthReader | undefined
    const clock = { nowMicros: (): number => this.time[0] as number }
    const settings = { symbols: firstSymbols(symbols), seed, speed: 1, stateFolder: undefined }
    const opened = openBox(settings, clock, (box, sources) => {
      streams = futuresStreams(box, sources.futures, this.faults)
      truth = new TruthReader(box.futures)
      return [['futures', truth], ...streams.readers]
    })
    if (streams === undefined || truth === undefined) throw new RangeError('the box was opened without its readers')
    this.host = opened.host
    this.truth = truth
    this.#streams = streams
    const onFault = (error: unknown): void => void this.bugs.push(error)
    const keys = new KeyRing(nodeSignatures)
    this.#app = futuresServer({ host: this.host, keys, streams, faults: this.faults, onFault }).app
    this.#app.server.on('connection', (socket) => {
      const port = socket.remotePort ?? 0
      this.#ends.set(port, socket)
      socket.on('close', () => this.#ends.delete(port))
    })
  }

  static async start(symbols: number, seed: number): Promise<StreamBox> {
    const box = new StreamBox(symbols, seed)
    box.url = await box.#app.listen({ host: '127.0.0.1', port: 0 })
    return box
  }

  get symbols(): readonly string[] {
    return this.truth.books.map(({ symbol }) => symbol)
  }

  /** Addresses for clients; there is no spot venue here. */
  get access(): Access {
    const streams = this.url.replace('http', 'ws')
    const address = { rest: this.url, streams, messages: `${streams}/ws-fapi/v1` }
    return { futures: address, spot: address, apiKey: '', secret: '' }
  }

  /** One beat on. */
  step(): void {
    this.time[0] = (this.time[0] as number) + BEAT_US
    this.host.present()
    if (this.truth.beats % TICK_BEATS === 0) this.#streams.sockets.tick()
  }

  /** Orders a fault for one message of streams whose name begins so. */
  fault(kind: StreamFault, path: string, milliseconds = 0): void {
    const rest = { venue: 'futures', method: '', status: 0, code: 0, message: '' }
    this.faults.add({ kind, path, milliseconds, count: 1, ...rest })
  }

  /** Resolves when all that the server wrote to a client has been taken up there. */
  async delivered(client: Socket): Promise<void> {
    // What a turn publishes is written at its end.
    await turn()
    await turn()
    const end = this.#ends.get(client.localPort ?? 0)
    if (end === undefined) throw new Error('the connection of a client is gone')
    await until(() => client.bytesRead === end.bytesWritten)
    await turn()
  }

  async stop(): Promise<void> {
    this.#streams.sockets.close(1001)
    for (const socket of this.#ends.values()) socket.destroy()
    await this.#app.close()
  }
}

/** Waits for something that other turns of the event loop bring about. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn()
}
