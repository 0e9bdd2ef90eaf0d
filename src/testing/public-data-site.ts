/**
 * A local stand-in for the public-data site and the venue's REST interface: a real HTTP server on the loopback.
 * In: a made-up market and a clock. Out: zips with `.CHECKSUM` files in the site's exact layout, Range replies, and
 * /fapi/v1/*, /api/v3/* with weights, 429 and 418. Owns: faults that tests order, and a log of every request.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { csvOf, siteFileAt } from './public-data-files.ts'
import { answerRest } from './public-data-rest.ts'
import type { SiteInstrument, SiteVenue } from './synthetic-market.ts'
import { zipFile } from './zip-file.ts'

/** What happens instead of (or to) the usual answer. */
export type SiteFault =
  /** This status, with headers and a body. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** The connection breaks after so many bytes of the body. */
  | { readonly cutAfter: number }
  /** The connection breaks before a reply. */
  | { readonly drop: true }
  /** One byte in the middle of the body is changed. */
  | { readonly corrupt: true }
  /** The server answers a Range request with the whole file. */
  | { readonly ignoreRange: true }

interface OrderedFault {
  readonly match: RegExp
  readonly fault: SiteFault
  times: number
}

/** One request, as it was answered. */
export interface LoggedRequest {
  /** Path and query, decoded. */
  readonly path: string
  readonly range: string | undefined
  readonly status: number
  readonly atMs: number
}

export interface PublicDataSiteOptions {
  /** The venue's clock, in milliseconds: publishing, closing candles and rate limits follow it. */
  readonly now: () => number
  readonly instruments?: readonly SiteInstrument[]
  /** Weight per minute before 429; the venue's own limits by default. */
  readonly weightLimits?: Partial<Record<SiteVenue, number>>
  /** Each file reply takes this long, so that replies overlap. */
  readonly fileDelayMs?: number
}

/** Instruments of a site that is not told otherwise. */
export const SITE_INSTRUMENTS: readonly SiteInstrument[] = [
  { venue: 'binance-usdm', symbol: 'BTCUSDT', base: 'BTC', quote: 'USDT', listed: '2019-09-08', price: 60_000 },
  { venue: 'binance-usdm', symbol: 'ETHUSDT', base: 'ETH', quote: 'USDT', listed: '2019-11-27', price: 3000 },
  { venue: 'binance-spot', symbol: 'BTCUSDT', base: 'BTC', quote: 'USDT', listed: '2017-08-17', price: 60_000 },
  { venue: 'binance-spot', symbol: 'ETHUSDT', base: 'ETH', quote: 'USDT', listed: '2017-08-17', price: 3000 },
]

const LIMITS: Readonly<Record<SiteVenue, number>> = { 'binance-usdm': 2400, 'binance-spot': 6000 }
/** Requests after a 429 in the same minute that the venue puts up with before it bans the address. */
const PATIENCE = 5
const BAN_MS = 120_000
const MINUTE = 60_000
const NOT_FOUND = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchKey</Code></Error>'

interface Meter {
  minute: number
  used: number
  refused: number
  bannedUntil: number
}

export class PublicDataSite {
  readonly requests: LoggedRequest[] = []
  /** Most zip replies that were on their way at one time. */
  filesAtOnce = 0
  /** Largest weight used in one minute, per venue. */
  readonly heaviestMinute: Record<SiteVenue, number> = { 'binance-usdm': 0, 'binance-spot': 0 }
  /** File replies wait for each other until so many are on their way at once; then it is 0. */
  holdFor = 0
  readonly #held: (() => void)[] = []
  readonly #options: PublicDataSiteOptions
  readonly #instruments: readonly SiteInstrument[]
  readonly #server: Server
  readonly #faults: OrderedFault[] = []
  readonly #zips = new Map<string, Buffer>()
  readonly #meters = new Map<SiteVenue, Meter>()
  #filesNow = 0

  private constructor(options: PublicDataSiteOptions) {
    this.#options = options
    this.#instruments = options.instruments ?? SITE_INSTRUMENTS
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error))
    })
  }

  /** Starts a site on a free port of the loopback. */
  static async start(options: PublicDataSiteOptions): Promise<PublicDataSite> {
    const site = new PublicDataSite(options)
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve))
    return site
  }

  /** What `--base-url` takes. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** Orders a fault for the next `times` requests whose path and query match. */
  fault(match: RegExp, fault: SiteFault, times: number = Infinity): void {
    this.#faults.push({ match, fault, times })
  }

  clearFaults(): void {
    this.#faults.length = 0
  }

  /** The site replaces a file by a corrected one: other bytes and another checksum from now on. */
  correct(path: string): void {
    const zip = this.#zipAt(path)
    if (zip === undefined) throw new Error(`no file ${path} to correct`)
    const comment = Buffer.from('corrected')
    const corrected = Buffer.concat([zip, comment])
    corrected.writeUInt16LE(comment.length, zip.length - 2)
    this.#zips.set(path, corrected)
  }

  /** Somebody else at the same address uses this much weight in the current minute. */
  addWeight(venue: SiteVenue, weight: number): void {
    this.#meter(venue).used += weight
  }

  /** Paths asked for so far that match. */
  asked(match: RegExp): string[] {
    return this.requests.map(({ path }) => path).filter((path) => match.test(path))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url)
    const path = decodeURIComponent(url.pathname)
    const asked = decodeURIComponent(request.url ?? '/')
    const range = request.headers.range
    const fault = this.#nextFault(asked)
    response.on('close', () => {
      this.requests.push({ path: asked, range, status: response.statusCode, atMs: this.#options.now() })
    })
    if (fault !== undefined && 'drop' in fault) request.socket.destroy()
    else if (fault !== undefined && 'status' in fault) {
      response.writeHead(fault.status, fault.headers).end(fault.body ?? '')
    } else if (path.startsWith('/data/')) await this.#answerFile(path, range, fault, response)
    else this.#answerRest(path, url, request, fault, response)
  }

  #nextFault(asked: string): SiteFault | undefined {
    const ordered = this.#faults.find(({ match, times }) => times > 0 && match.test(asked))
    if (ordered === undefined) return undefined
    ordered.times--
    return ordered.fault
  }

  async #answerFile(
    path: string,
    range: string | undefined,
    fault: SiteFault | undefined,
    response: ServerResponse,
  ): Promise<void> {
    const zip = this.#zipAt(path.replace(/\.CHECKSUM$/, ''))
    if (zip === undefined) {
      response.writeHead(404, { 'content-type': 'application/xml' }).end(NOT_FOUND)
      return
    }
    if (path.endsWith('.CHECKSUM')) {
      const name = path.slice(path.lastIndexOf('/') + 1, -'.CHECKSUM'.length)
      send(response, 200, {}, Buffer.from(`${createHash('sha256').update(zip).digest('hex')}  ${name}\n`), fault)
      return
    }
    this.#filesNow++
    this.filesAtOnce = Math.max(this.filesAtOnce, this.#filesNow)
    response.on('close', () => this.#filesNow--)
    if (this.holdFor > 0) await this.#hold()
    if (this.#options.fileDelayMs !== undefined) await wait(this.#options.fileDelayMs)
    const whole = range === undefined || (fault !== undefined && 'ignoreRange' in fault)
    const start = whole ? 0 : Number(/^bytes=(\d+)-$/.exec(range)?.[1])
    if (start >= zip.length) send(response, 416, { 'content-range': `bytes */${zip.length}` }, Buffer.alloc(0), fault)
    else if (whole) send(response, 200, {}, zip, fault)
    else {
      const headers = { 'content-range': `bytes ${start}-${zip.length - 1}/${zip.length}` }
      send(response, 206, headers, zip.subarray(start), fault)
    }
  }

  /** Keeps a reply back until as many as `holdFor` wait: how many come at once then does not depend on anybody's speed. */
  async #hold(): Promise<void> {
    const released = new Promise<void>((resolve) => this.#held.push(resolve))
    if (this.#held.length >= this.holdFor) {
      this.holdFor = 0
      for (const release of this.#held.splice(0)) release()
    }
    await released
  }

  #zipAt(path: string): Buffer | undefined {
    const file = siteFileAt(path, this.#instruments, this.#options.now())
    if (file === undefined) return undefined
    const ready = this.#zips.get(path)
    if (ready !== undefined) return ready
    const zip = zipFile(`${file.stem}.csv`, csvOf(file))
    this.#zips.set(path, zip)
    return zip
  }

  #answerRest(
    path: string,
    url: URL,
    request: IncomingMessage,
    fault: SiteFault | undefined,
    response: ServerResponse,
  ): void {
    const venue: SiteVenue | undefined = path.startsWith('/fapi/v1/')
      ? 'binance-usdm'
      : path.startsWith('/api/v3/')
        ? 'binance-spot'
        : undefined
    const answer =
      venue &&
      answerRest(path, {
        venue,
        instruments: this.#instruments,
        query: url.searchParams,
        now: this.#options.now(),
        micros: request.headers['x-mbx-time-unit'] === 'MICROSECOND',
      })
    if (venue === undefined || answer === undefined) {
      response.writeHead(404).end('{}')
      return
    }
    const refusal = this.#charge(venue, answer.weight)
    const used = { 'x-mbx-used-weight-1m': String(this.#meter(venue).used) }
    const headers = { 'content-type': 'application/json', ...(answer.weight > 0 ? used : {}), ...refusal?.headers }
    const body = Buffer.from(JSON.stringify(refusal?.body ?? answer.body))
    send(response, refusal?.status ?? answer.status, headers, body, fault)
  }

  /** Adds to the minute's weight; a refusal when it is too much, a ban when that is ignored. */
  #charge(
    venue: SiteVenue,
    weight: number,
  ): { status: number; headers: Record<string, string>; body: unknown } | undefined {
    const meter = this.#meter(venue)
    const now = this.#options.now()
    const limit = this.#options.weightLimits?.[venue] ?? LIMITS[venue]
    if (now >= meter.bannedUntil) {
      meter.used += weight
      this.heaviestMinute[venue] = Math.max(this.heaviestMinute[venue], meter.used)
      if (meter.used <= limit) return undefined
      if (++meter.refused <= PATIENCE) {
        const msg = `Too many requests; current limit is ${limit} requests per minute. Please use the websocket.`
        const seconds = Math.ceil((MINUTE - (now % MINUTE)) / 1000)
        return { status: 429, headers: { 'retry-after': String(seconds) }, body: { code: -1003, msg } }
      }
      meter.bannedUntil = now + BAN_MS
    }
    const msg = `Way too many requests; IP banned until ${meter.bannedUntil}. Please use the websocket.`
    return { status: 418, headers: {}, body: { code: -1003, msg } }
  }

  #meter(venue: SiteVenue): Meter {
    const minute = Math.floor(this.#options.now() / MINUTE)
    const meter = this.#meters.get(venue) ?? { minute, used: 0, refused: 0, bannedUntil: 0 }
    this.#meters.set(venue, meter)
    if (meter.minute !== minute) Object.assign(meter, { minute, used: 0, refused: 0 })
    return meter
  }
}

function send(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: Buffer,
  fault: SiteFault | undefined,
): void {
  const sent = Buffer.from(body)
  if (fault !== undefined && 'corrupt' in fault && sent.length > 0) {
    const middle = sent.length >> 1
    sent[middle] = (sent[middle] ?? 0) ^ 1
  }
  response.writeHead(status, { ...headers, 'content-length': sent.length })
  if (fault !== undefined && 'cutAfter' in fault) {
    // The bytes must be on their way before the connection is cut.
    response.write(sent.subarray(0, fault.cutAfter), () => setTimeout(() => response.destroy(), 20))
  } else response.end(sent)
}
