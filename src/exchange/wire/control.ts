/**
 * Control of the box by its operator: `/sim/*` on both servers, only where it was asked for.
 *
 * In: JSON. Out: JSON. Accounts, keys, deposits, mark prices, halts, filters, pace, faults, and the venues' own truth for checkers.
 * Owns nothing: what changes the box goes through its journal like everything else. Refuses with status 400 and
 * {"error": "..."}; prices and amounts are decimal text. No key is asked for: whoever reaches the port controls the box,
 * which is why it listens on this machine alone.
 */
import type { FastifyInstance } from 'fastify'
import { tryParseDecimal } from '../../core/number/decimal.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import type { BoxHost } from '../box/box-host.ts'
import type { BoxVenue, VenueName } from '../box/box-venue.ts'
import type { BoxKey } from '../box/commands.ts'
import { type Deposit, depositTo, openAccount } from '../box/open-account.ts'
import { SPEED_MAX } from '../box/pace.ts'
import { MOST_SLICES } from '../venue/fill-slices.ts'
import type { Outcome } from '../venue/requests.ts'
import { ControlBody, ControlError } from './control-body.ts'
import { checkFilters, readFilters } from './control-filters.ts'
import { CONTROL_PREFIX } from './control-path.ts'
import type { Truth } from './control-truth.ts'
import { type FaultBoard, REQUEST_FAULTS, STREAM_FAULTS } from './faults.ts'
import type { KeyRing } from './security.ts'
import { STATUS_PAGE, STATUS_PAGE_POLICY } from './status-page.ts'

export interface ControlParts {
  readonly host: BoxHost<BoxVenue, BoxVenue>
  readonly keys: KeyRing
  readonly faults: FaultBoard
  readonly truth: Readonly<Record<VenueName, Truth>>
  /** Sets the venue's clock off by so many microseconds. Behind, it stands until the world has caught up. */
  readonly offsetClock: (microseconds: number) => void
  /** Ends all WebSocket connections of a venue. */
  readonly disconnect: (venue: VenueName) => void
  /** A text of so many letters and digits that nobody guesses. */
  readonly secret: (length: number) => string
}

const VENUES = ['futures', 'spot'] as const
/** Longest run of a halted market at once: an hour. */
const RUN_MAX_MS = 3_600_000
/** Farthest that the venue’s clock is set off: half a day, so that the next funding is within reach. */
const OFFSET_MAX_MS = 43_200_000
const KEY_LENGTH = 64

/** Query and body of a control request. */
interface Asked {
  readonly query: URLSearchParams
  readonly body: ControlBody
}

type Handler = (asked: Asked) => unknown

/** Adds the control endpoints to a server that is not listening yet. */
export function addControl(app: FastifyInstance, parts: ControlParts): void {
  const desk = new ControlDesk(parts)
  app.get(CONTROL_PREFIX, (_request, reply) => {
    void reply.header('content-security-policy', STATUS_PAGE_POLICY).type('text/html; charset=utf-8').send(STATUS_PAGE)
  })
  const routes: readonly (readonly ['GET' | 'POST' | 'DELETE', string, Handler])[] = [
    ['GET', 'status', () => desk.status()],
    ['GET', 'accounts', () => desk.accounts()],
    ['POST', 'accounts', ({ body }) => desk.open(body)],
    ['POST', 'keys', ({ body }) => desk.addKey(body)],
    ['DELETE', 'keys', ({ body }) => desk.removeKey(body)],
    ['POST', 'deposits', ({ body }) => desk.deposit(body)],
    ['POST', 'mark', ({ body }) => desk.mark(body)],
    ['POST', 'halt', ({ body }) => desk.halt(body)],
    ['POST', 'filters', ({ body }) => desk.filters(body)],
    ['POST', 'slices', ({ body }) => desk.slices(body)],
    ['POST', 'speed', ({ body }) => desk.speed(body)],
    ['POST', 'run', ({ body }) => desk.run(body)],
    ['GET', 'faults', () => parts.faults.list()],
    ['POST', 'faults', ({ body }) => desk.addFault(body)],
    ['DELETE', 'faults', ({ body }) => desk.removeFault(body)],
    ['POST', 'clock', ({ body }) => desk.offsetClock(body)],
    ['POST', 'disconnect', ({ body }) => desk.disconnect(body)],
    ['GET', 'truth', ({ query }) => desk.allTruth(query)],
    ['GET', 'truth/account', ({ query }) => desk.truth(query).account(accountOf(query))],
    ['GET', 'truth/orders', ({ query }) => desk.truth(query).orders(accountOf(query))],
    ['GET', 'truth/fills', ({ query }) => desk.truth(query).fills(accountOf(query))],
    ['GET', 'truth/ledger', ({ query }) => desk.truth(query).ledger(accountOf(query))],
    ['GET', 'truth/book', ({ query }) => desk.truth(query).book(query.get('symbol') ?? '')],
  ]
  for (const [method, path, handler] of routes)
    app.route({
      method,
      url: CONTROL_PREFIX + path,
      handler: (request, reply) => {
        try {
          const url = request.raw.url ?? ''
          const query = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '')
          const body = new ControlBody(typeof request.body === 'string' ? request.body : '')
          parts.host.present()
          const answer = handler({ query, body })
          body.finish()
          void reply.type('application/json').send(jsonText(answer))
        } catch (error) {
          if (!(error instanceof ControlError)) throw error
          void reply
            .code(400)
            .type('application/json')
            .send(jsonText({ error: error.message }))
        }
      },
    })
}

class ControlDesk {
  readonly #parts: ControlParts

  constructor(parts: ControlParts) {
    this.#parts = parts
  }

  status(): unknown {
    const { box } = this.#parts.host
    return {
      time: box.time,
      speed: box.speed,
      slipped: this.#parts.host.slipped,
      events: box.events,
      digest: box.digest(),
      markets: box.futures.instruments.map(({ symbol }, market) => ({ symbol, worth: box.worthOf(market) })),
      accounts: box.accounts,
      faults: this.#parts.faults.list().length,
    }
  }

  accounts(): unknown {
    const { accounts, keys } = this.#parts.host.box
    return accounts.map(({ name, account }) => ({
      name,
      account,
      keys: [...keys.values()].filter((key) => key.account === account).map((key) => key.name),
    }))
  }

  open(body: ControlBody): unknown {
    const name = body.text('name')
    const deposits: Deposit[] = VENUES.flatMap((venue) =>
      body.decimals(venue).map(([asset, amount]) => ({ venue, asset, amount })),
    )
    body.finish()
    if (this.#parts.host.box.accounts.some((known) => known.name === name))
      throw new ControlError(`there is an account ${name} already`)
    const account = openAccount(this.#parts.host, { name, deposits, key: undefined })
    if (typeof account !== 'number') throw refused(account)
    return { name, account, ...this.#makeKey(account, 'hmac', '', true, []) }
  }

  addKey(body: ControlBody): unknown {
    const account = this.#account(body)
    const scheme = body.choice('scheme', ['hmac', 'ed25519', 'rsa'], 'hmac')
    const material = body.text(scheme === 'hmac' ? 'secret' : 'publicKey', scheme === 'hmac' ? '' : undefined)
    const trade = body.flag('trade', true)
    const addresses = body.texts('addresses')
    body.finish()
    return this.#makeKey(account, scheme, material, trade, addresses)
  }

  removeKey(body: ControlBody): unknown {
    const name = body.text('apiKey')
    body.finish()
    this.#parts.host.command({ kind: 'remove-key', name })
    return { removed: this.#parts.keys.remove(name) }
  }

  deposit(body: ControlBody): unknown {
    const account = this.#account(body)
    const deposit: Deposit = {
      venue: body.choice('venue', VENUES),
      asset: body.text('asset'),
      amount: body.decimal('amount'),
    }
    body.finish()
    return done(depositTo(this.#parts.host, account, deposit))
  }

  /** Pins the mark price of a futures market; an empty price lets the venue make it again. */
  mark(body: ControlBody): unknown {
    const instrument = this.#instrument('futures', body.text('symbol'))
    const { markDecimals } = this.#parts.host.box.futures.instruments[instrument] as Instrument
    const price = body.text('price')
    body.finish()
    const parsed = price === '' ? { ok: true as const, value: 0 } : tryParseDecimal(price, markDecimals)
    if (!parsed.ok) throw new ControlError('price is a decimal number as text, or empty to let go of it')
    const request = { kind: 'mark', instrument, mark: parsed.value, index: 0 } as const
    return done(this.#parts.host.command({ kind: 'request', venue: 'futures', request }))
  }

  halt(body: ControlBody): unknown {
    const venue = body.choice('venue', VENUES)
    const instrument = this.#instrument(venue, body.text('symbol'))
    const request = { kind: 'halt', instrument, halted: body.flag('halted') } as const
    body.finish()
    return done(this.#parts.host.command({ kind: 'request', venue, request }))
  }

  filters(body: ControlBody): unknown {
    const venue = body.choice('venue', VENUES)
    const instrument = this.#instrument(venue, body.text('symbol'))
    const filters = readFilters(body, this.#parts.host.box[venue].instruments[instrument] as Instrument)
    body.finish()
    checkFilters(filters)
    const request = { kind: 'filters', instrument, ...filters } as const
    return done(this.#parts.host.command({ kind: 'request', venue, request }))
  }

  /** Cuts the next matches of an account into several fills each. */
  slices(body: ControlBody): unknown {
    const venue = body.choice('venue', VENUES)
    const request = {
      kind: 'slices',
      account: this.#account(body),
      slices: body.whole('slices', 1, MOST_SLICES),
      matches: body.whole('count', 1, 1_000_000_000, 1),
    } as const
    body.finish()
    return done(this.#parts.host.command({ kind: 'request', venue, request }))
  }

  speed(body: ControlBody): unknown {
    const speed = body.number('speed', 0, SPEED_MAX)
    body.finish()
    this.#parts.host.command({ kind: 'pace', speed })
    return { speed }
  }

  run(body: ControlBody): unknown {
    const milliseconds = body.number('milliseconds', 0, RUN_MAX_MS)
    body.finish()
    this.#parts.host.command({ kind: 'run', span: milliseconds * 1000 })
    return { events: this.#parts.host.box.events }
  }

  addFault(body: ControlBody): unknown {
    const order = {
      kind: body.choice('kind', [...REQUEST_FAULTS, ...STREAM_FAULTS]),
      venue: body.choice('venue', ['', ...VENUES], ''),
      method: body.text('method', ''),
      path: body.text('path', ''),
      count: body.whole('count', 1, 1_000_000_000, 1),
      milliseconds: body.number('milliseconds', 0, RUN_MAX_MS, 1000),
      status: body.whole('status', 400, 599, 503),
      code: body.whole('code', -9999, -1000, -1007),
      message: body.text('message', 'Timeout waiting for response from backend server.'),
    }
    body.finish()
    return { id: this.#parts.faults.add(order) }
  }

  removeFault(body: ControlBody): unknown {
    this.#parts.faults.remove(body.whole('id', 0, Number.MAX_SAFE_INTEGER, 0))
    return this.#parts.faults.list()
  }

  offsetClock(body: ControlBody): unknown {
    const milliseconds = body.number('milliseconds', -OFFSET_MAX_MS, OFFSET_MAX_MS)
    body.finish()
    this.#parts.offsetClock(milliseconds * 1000)
    return { time: this.#parts.host.present() }
  }

  disconnect(body: ControlBody): unknown {
    const venue = body.choice('venue', VENUES)
    body.finish()
    this.#parts.disconnect(venue)
    return {}
  }

  truth(query: URLSearchParams): Truth {
    const venue = VENUES.find((name) => name === query.get('venue'))
    if (venue === undefined) throw new ControlError('venue is futures or spot')
    return this.#parts.truth[venue]
  }

  /** All that is known of an account, at one moment. */
  allTruth(query: URLSearchParams): unknown {
    const truth = this.truth(query)
    const account = accountOf(query)
    const [orders, fills] = [truth.orders(account), truth.fills(account)]
    return { account: truth.account(account), orders, fills, ledger: truth.ledger(account) }
  }

  #makeKey(
    account: number,
    scheme: BoxKey['scheme'],
    given: string,
    trade: boolean,
    addresses: readonly string[],
  ): { readonly apiKey: string; readonly secret?: string } {
    const { keys, host, secret } = this.#parts
    const material = given === '' ? secret(KEY_LENGTH) : given
    const key: BoxKey = { name: secret(KEY_LENGTH), account, scheme, material, trade, addresses }
    if (keys.add({ ...key, permissions: { trade } }) === undefined)
      throw new ControlError(`publicKey is no ${scheme} key in PEM`)
    host.command({ kind: 'key', key })
    return scheme === 'hmac' ? { apiKey: key.name, secret: material } : { apiKey: key.name }
  }

  /** An account by its name. */
  #account(body: ControlBody): number {
    const name = body.text('account')
    const found = this.#parts.host.box.accounts.find((account) => account.name === name)
    if (found === undefined) throw new ControlError(`there is no account ${name}`)
    return found.account
  }

  #instrument(venue: VenueName, symbol: string): number {
    const found = this.#parts.host.box[venue].instruments.findIndex((instrument) => instrument.symbol === symbol)
    if (found === -1) throw new ControlError(`there is no symbol ${symbol}`)
    return found
  }
}

function accountOf(query: URLSearchParams): number {
  const account = Number(query.get('account') ?? 'NaN')
  if (!Number.isInteger(account) || account < 0) throw new ControlError('account is the number of an account')
  return account
}

function done(outcome: Outcome): unknown {
  if (outcome.code !== 0) throw refused(outcome)
  return {}
}

function refused({ code, message }: Outcome): ControlError {
  return new ControlError(`${code}: ${message}`)
}

/** Counts that do not fit a double are written as texts. */
function jsonText(value: unknown): string {
  return JSON.stringify(value, (_name, entry: unknown) => (typeof entry === 'bigint' ? String(entry) : entry))
}
