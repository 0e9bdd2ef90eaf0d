/**
 * The WebSocket API of one venue: requests as messages, with sessions, limits of their own, and spot's user data.
 *
 * In: clients that connect, their messages, user events (`tell`), the time (`tick`). Out: one reply for each request; events
 * to those who subscribed. Owns: the sessions. What a method does is the endpoints' business: the same functions as over REST.
 * A request is answered within one turn: nobody else's comes between its check and its reply. Fails: an exception of an
 * endpoint is a bug; the client gets -1000 with status 500 and `onFault` gets the error.
 */
import type { WebSocket } from 'ws'
import { millis } from '../../feeds/number-text.ts'
import type { LimitRefusal, OrderCounts, RequestWeights } from '../rate-limits.ts'
import { type Dialect, Reader } from '../reader.ts'
import { isRefusal, refusal, refuse, type Refusal } from '../refusal.ts'
import type { Answer, Call, Caller, Operation, Security } from '../route.ts'
import { checkMessageSignature, checkTime, type KeyRing } from '../security.ts'
import type { Turns } from '../server.ts'
import { errorText, readApiRequest, resultText, type ApiRequest } from './api-message.ts'
import type { ApiFaults } from './api-faults.ts'
import { ApiSession } from './api-session.ts'
import { ApiSubscriptions, NO_KEY } from './api-subscriptions.ts'
import { Connection, type ByteStream } from './connection.ts'
import { Outbox } from './outbox.ts'
import { CLOSE, type SocketRules } from './socket-rules.ts'
import type { AccountWatch } from './stream-sockets.ts'

export interface ApiSocketOptions {
  readonly path: string
  readonly dialect: Dialect
  readonly operations: ReadonlyMap<string, Operation>
  readonly keys: KeyRing
  readonly turns: Turns
  /** A pool of its own: weight is not shared with REST. */
  readonly weights: RequestWeights
  /** Shared with REST. */
  readonly orders: OrderCounts
  readonly rules: SocketRules
  /** What a handshake weighs. */
  readonly handshakeWeight: number
  /** Of a venue that sends user data over this socket; undefined otherwise. */
  readonly users: AccountWatch | undefined
  /** Faults that the operator orders; undefined for none. */
  readonly faults?: ApiFaults
  readonly onFault: (error: unknown) => void
  readonly defer: (run: () => void) => void
}

/** Weight of what sessions do with themselves. */
const SESSION_WEIGHT = 2
/** Only these keys can log a session on. */
const SESSION_SCHEME = 'ed25519'

const UNKNOWN_METHOD: Refusal = refusal('notSupported')
const WRONG_SCHEME: Refusal = refuse(-4056, 'HMAC_SHA256 API key is not supported.')

/** A method that is about the session itself. */
interface SessionMethod {
  readonly security: Security
  readonly run: (session: ApiSession, caller: Caller, request: ApiRequest, time: number) => Answer
}

export class ApiSockets {
  readonly #options: ApiSocketOptions
  readonly #sessions = new Set<ApiSession>()
  readonly #subscriptions: ApiSubscriptions | undefined
  readonly #outbox: Outbox
  readonly #own: ReadonlyMap<string, SessionMethod>

  constructor(options: ApiSocketOptions) {
    this.#options = options
    this.#outbox = new Outbox(options.defer)
    const { users } = options
    this.#subscriptions =
      users === undefined ? undefined : new ApiSubscriptions(users, (session, text) => this.#say(session, text))
    this.#own = new Map(this.#sessionMethods())
  }

  get size(): number {
    return this.#sessions.size
  }

  /** Whether a request target is this API's. */
  serves(target: string): boolean {
    const path = target.split('?')[0] ?? ''
    return path === this.#options.path || path.startsWith(`${this.#options.path}/`)
  }

  /** Takes up a client whose handshake is done. */
  accept(web: WebSocket, bytes: ByteStream, address: string, target: string): void {
    const { turns, rules, weights, handshakeWeight } = this.#options
    const now = turns.present()
    const connection = new Connection(web, bytes, address, rules, now)
    const session = new ApiSession(connection, target.split('?')[1] ?? '')
    this.#sessions.add(session)
    web.on('message', (data, isBinary) => {
      if (isBinary || !(data instanceof Buffer)) return
      this.#take(session, data.toString('utf8'))
    })
    web.on('ping', () => connection.admit(turns.present()))
    web.on('pong', () => connection.answered())
    // What is wrong with a client's frames ends its connection and concerns nobody else.
    web.on('error', () => connection.cut())
    web.on('close', () => connection.ended())
    connection.onEnd = () => this.#forget(session)
    if (weights.charge(address, handshakeWeight, now) !== undefined) connection.close(CLOSE.policy, 'Too many requests')
  }

  /** Sends a user event of an account to those who subscribed. */
  tell(account: number, _event: string, text: string): void {
    this.#subscriptions?.tell(account, text)
  }

  /** Pings and ages; call it at least once a second. */
  tick(): void {
    const now = this.#options.turns.present()
    for (const { connection } of this.#sessions) connection.tick(now)
  }

  /** Ends all connections; spot says so before. */
  close(code: number): void {
    const { dialect, turns } = this.#options
    const event = `{"event":{"e":"serverShutdown","E":${millis(turns.present())}}}`
    for (const { connection } of this.#sessions) {
      if (dialect === 'spot') connection.say(event)
      connection.close(code, '')
    }
  }

  #say(session: ApiSession, text: string): void {
    session.connection.say(text)
    this.#outbox.queue(session.connection)
  }

  #take(session: ApiSession, text: string): void {
    const request = readApiRequest(text)
    if ('refusal' in request)
      return this.#say(session, errorText(request.id, request.refusal, session.returnLimits ? '[]' : undefined))
    const { faults } = this.#options
    if (faults === undefined) return this.#say(session, this.#answer(session, request))
    faults.pass(
      request,
      () => this.#answer(session, request),
      (reply) => this.#say(session, reply),
    )
  }

  #answer(session: ApiSession, request: ApiRequest): string {
    const { turns, dialect } = this.#options
    const time = turns.present()
    const shows = this.#showsLimits(session, request)
    const method = dialect === 'spot' && request.method.startsWith('v3/') ? request.method.slice(3) : request.method
    const operation = this.#options.operations.get(method)
    const own = this.#own.get(method)
    if (operation === undefined && own === undefined)
      return errorText(request.id, UNKNOWN_METHOD, shows ? '[]' : undefined)
    const answer =
      own === undefined
        ? this.#perform(operation as Operation, session, request, time)
        : this.#performOwn(own, session, request, time)
    const account = this.#accountOf(session, request)
    const limits = shows ? this.#limitsText(session.address, account, operation?.orders !== undefined, time) : undefined
    return isRefusal(answer) ? errorText(request.id, answer, limits) : resultText(request.id, answer, limits)
  }

  #perform(operation: Operation, session: ApiSession, request: ApiRequest, time: number): Answer {
    const { weights, orders, dialect, turns } = this.#options
    const { parameters } = request
    const weight = typeof operation.weight === 'number' ? operation.weight : operation.weight(parameters)
    const limited = this.#charge(session.address, weight, time)
    if (limited !== undefined) return limited
    const caller = this.#admit(operation.security, session, request, time)
    if (isRefusal(caller)) return caller
    const account = caller.key?.account ?? -1
    if (operation.orders !== undefined) {
      const tooMany = orders.charge(account, operation.orders, time)
      if (tooMany !== undefined) return this.#withData(tooMany, time)
    }
    const call: Call = {
      reader: new Reader(parameters, dialect),
      account,
      keyName: caller.key?.name ?? '',
      signed: caller.signed,
      time,
      stamp: session.inMicros && dialect === 'spot' ? (micros) => micros : millis,
    }
    try {
      const answer = operation.run(call)
      if (operation.freeOnSuccess === true && !isRefusal(answer)) weights.refund(session.address, weight, time)
      return answer
    } catch (error) {
      this.#options.onFault(error)
      return { ...refusal('unknown'), status: 500 }
    } finally {
      turns.settle()
    }
  }

  #performOwn(method: SessionMethod, session: ApiSession, request: ApiRequest, time: number): Answer {
    const limited = this.#charge(session.address, SESSION_WEIGHT, time)
    if (limited !== undefined) return limited
    const caller = this.#admit(method.security, session, request, time)
    return isRefusal(caller) ? caller : method.run(session, caller, request, time)
  }

  /** The key of the message, else that of the session; then signature and time as far as the method wants them. */
  #admit(security: Security, session: ApiSession, request: ApiRequest, time: number): Caller | Refusal {
    const { keys, dialect } = this.#options
    if (security === 'none') return { key: undefined, signed: undefined }
    const { parameters } = request
    const sent = parameters.find('apiKey')
    if (sent === undefined && session.keyName === '') return NO_KEY
    const key = keys.admit(sent ?? session.keyName, session.address, security === 'trade')
    if (isRefusal(key)) return key
    if (security === 'key') return { key, signed: undefined }
    if ((parameters.find('timestamp') ?? '') === '') return refusal('mandatory', 'timestamp')
    const inSession = sent === undefined || (sent === session.keyName && parameters.find('signature') === undefined)
    const wrong = inSession ? undefined : checkMessageSignature(key, parameters)
    if (wrong !== undefined) return wrong
    const signed = checkTime(parameters, time, dialect)
    return isRefusal(signed) ? signed : { key, signed }
  }

  #charge(address: string, weight: number, time: number): LimitRefusal | undefined {
    const refused = this.#options.weights.charge(address, weight, time)
    return refused === undefined ? undefined : this.#withData(refused, time)
  }

  /** Spot says in the error when it makes sense to ask again. */
  #withData(refused: LimitRefusal, time: number): LimitRefusal {
    if (this.#options.dialect !== 'spot') return refused
    const retry = millis(time) + refused.retryAfter * 1000
    return { ...refused, data: `{"serverTime":${millis(time)},"retryAfter":${retry}}` }
  }

  #showsLimits(session: ApiSession, { parameters }: ApiRequest): boolean {
    const wish = parameters.find('returnRateLimits')
    return wish === undefined ? session.returnLimits : wish !== 'false'
  }

  #accountOf(session: ApiSession, { parameters }: ApiRequest): number {
    const key = this.#options.keys.admit(parameters.find('apiKey') ?? session.keyName, session.address, false)
    return isRefusal(key) ? -1 : key.account
  }

  #limitsText(address: string, account: number, withOrders: boolean, time: number): string {
    const { weights, orders } = this.#options
    const { limit, windowMinutes } = weights.rules
    const entries =
      withOrders && account !== -1
        ? orders.rules.map((rule, at) => ({ ...rule, count: orders.count(account, at, time) }))
        : []
    const texts = entries.map(({ interval, intervalNum, limit: most, count }) =>
      limitText('ORDERS', interval, intervalNum, most, count),
    )
    texts.push(limitText('REQUEST_WEIGHT', 'MINUTE', windowMinutes, limit, weights.used(address, time)))
    return `[${texts.join(',')}]`
  }

  #sessionMethods(): [string, SessionMethod][] {
    const methods: [string, SessionMethod][] = [
      [
        'session.logon',
        { security: 'signed', run: (session, caller, _request, time) => this.#logOn(session, caller, time) },
      ],
      ['session.status', { security: 'none', run: (session, _caller, _request, time) => this.#status(session, time) }],
      ['session.logout', { security: 'none', run: (session, _caller, _request, time) => this.#logOut(session, time) }],
    ]
    const subscriptions = this.#subscriptions
    if (subscriptions === undefined) return methods
    const subscribe = (session: ApiSession, { key }: Caller): Answer => subscriptions.subscribe(session, key)
    return [
      ...methods,
      ['session.subscriptions', { security: 'none', run: (session) => subscriptions.list(session) }],
      ['userDataStream.subscribe', { security: 'key', run: subscribe }],
      ['userDataStream.subscribe.signature', { security: 'signed', run: subscribe }],
      [
        'userDataStream.unsubscribe',
        {
          security: 'none',
          run: (session, _caller, { parameters }, time) =>
            subscriptions.unsubscribe(session, parameters.find('subscriptionId'), time),
        },
      ],
    ]
  }

  #logOn(session: ApiSession, { key }: Caller, time: number): Answer {
    if (key === undefined) return NO_KEY
    if (key.scheme !== SESSION_SCHEME) return WRONG_SCHEME
    session.logOn(key, time)
    return this.#status(session, time)
  }

  #logOut(session: ApiSession, time: number): Answer {
    session.logOut()
    this.#subscriptions?.endAll(session, time)
    return this.#status(session, time)
  }

  #status(session: ApiSession, time: number): string {
    const { users } = this.#options
    const logged = session.keyName !== ''
    const stream = users === undefined ? '' : `,"userDataStream":${session.subscriptions.size > 0}`
    return (
      `{"apiKey":${logged ? `"${session.keyName}"` : 'null'},` +
      `"authorizedSince":${logged ? millis(session.authorizedAt) : 'null'},` +
      `"connectedSince":${millis(session.connection.openedAt)},"returnRateLimits":${session.returnLimits},` +
      `"serverTime":${millis(time)}${stream}}`
    )
  }

  #forget(session: ApiSession): void {
    this.#subscriptions?.forget(session)
    this.#sessions.delete(session)
  }
}

function limitText(type: string, interval: string, intervalNum: number, limit: number, count: number): string {
  return (
    `{"rateLimitType":"${type}","interval":"${interval}","intervalNum":${intervalNum},` +
    `"limit":${limit},"count":${count}}`
  )
}
