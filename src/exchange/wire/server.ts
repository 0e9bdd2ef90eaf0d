/**
 * REST server of one venue, on fastify.
 *
 * In: HTTP requests with parameters in query and body, whatever their content type. Out: the venue's JSON, its status codes
 * and rate limit headers. Owns: the order in which a request is looked at (weight, key, signature, time, order limits, then
 * the endpoint itself). A request is answered within one turn of the event loop: nobody else's request comes between its
 * check and its reply. Refuses: bodies over 128 KB, unknown paths, everything the venue refuses. Fails: an exception of an
 * endpoint is a bug; the client gets -1000 with status 500 and `onFault` gets the error.
 */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { millis } from '../feeds/number-text.ts'
import { Parameters } from './parameters.ts'
import type { LimitRefusal, OrderCounts, OrderRule, RequestWeights } from './rate-limits.ts'
import { type Dialect, Reader } from './reader.ts'
import { isRefusal, refusal, type Refusal, refusalBody } from './refusal.ts'
import type { Answer, Call, Caller, Route } from './route.ts'
import { checkSignature, checkTime, type KeyRing } from './security.ts'

/** Five orders of a batch are 3 KB; nothing that clients send comes near this. */
const BODY_BYTES_MAX = 128 << 10

/** Milliseconds until the whole of a request must have come. */
const REQUEST_MILLIS_MAX = 10_000

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'
const NOBODY: Caller = { key: undefined, signed: undefined }

/** The machine's clock and its afterthoughts; see machine.ts. */
export interface Turns {
  present(): number
  settle(): void
}

export interface RestOptions {
  readonly routes: readonly Route[]
  readonly dialect: Dialect
  readonly keys: KeyRing
  readonly turns: Turns
  readonly weights: RequestWeights
  /** For the endpoints with a pool of their own; undefined where there are none. */
  readonly fundingPool: RequestWeights | undefined
  readonly orders: OrderCounts
  /** Told of exceptions, which are bugs. */
  readonly onFault: (error: unknown) => void
}

/** A server that is ready to listen. Its `server` is Node's, for those who take up WebSockets on the same port. */
export function createRestServer(options: RestOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MILLIS_MAX,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: { querystringParser: () => NO_QUERY, ignoreTrailingSlash: false },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.addHook('onRequest', (request, _reply, done) => {
    takeAnyType(request)
    done()
  })
  app.setNotFoundHandler((request, reply) => notFound(options.dialect, request, reply))
  app.setErrorHandler((error, _request, reply) => fail(error, reply, options.onFault))
  const desk = new RestDesk(options)
  for (const route of options.routes) {
    app.route({
      method: route.method,
      url: route.path,
      handler: (request, reply) => {
        desk.serve(route, request, reply)
      },
    })
  }
  return app
}

const NO_QUERY = Object.freeze({})

/** Times as they are. */
function micros(time: number): number {
  return time
}

/** Takes requests through checks and endpoints. */
class RestDesk {
  readonly #options: RestOptions
  readonly #orderHeaders: readonly string[]

  constructor(options: RestOptions) {
    this.#options = options
    this.#orderHeaders = options.orders.rules.map(headerOf)
  }

  serve(route: Route, request: FastifyRequest, reply: FastifyReply): void {
    const { turns, dialect } = this.#options
    const url = request.raw.url ?? ''
    const question = url.indexOf('?')
    const body = typeof request.body === 'string' ? request.body : ''
    const parameters = new Parameters(question === -1 ? '' : url.slice(question + 1), body)
    const address = request.raw.socket.remoteAddress ?? ''
    const time = turns.present()
    const limited = this.#charge(route, parameters, address, time, reply)
    if (limited !== undefined) return sendRefusal(reply, limited)
    const caller = this.#admit(route, parameters, request, address, time)
    if (isRefusal(caller)) return sendRefusal(reply, caller)
    const account = caller.key?.account ?? -1
    if (route.orders !== undefined) {
      const tooMany = this.#options.orders.charge(account, route.orders, time)
      if (tooMany !== undefined) return sendRefusal(reply, tooMany)
    }
    const call: Call = {
      reader: new Reader(parameters, dialect),
      account,
      keyName: caller.key?.name ?? '',
      signed: caller.signed,
      time,
      stamp: dialect === 'spot' && request.headers['x-mbx-time-unit'] === 'MICROSECOND' ? micros : millis,
    }
    const answer = this.#run(route, call)
    if (isRefusal(answer)) return sendRefusal(reply, answer)
    if (route.freeOnSuccess === true) this.#refund(route, parameters, address, time, reply)
    if (route.orders !== undefined) this.#countOrders(reply, account, time)
    void reply.type(JSON_TYPE).send(answer)
  }

  #charge(
    route: Route,
    parameters: Parameters,
    address: string,
    time: number,
    reply: FastifyReply,
  ): LimitRefusal | undefined {
    const { weights, fundingPool } = this.#options
    if (route.fundingPool === true && fundingPool !== undefined) return fundingPool.charge(address, 1, time)
    const weight = weightOf(route, parameters)
    const refused = weights.charge(address, weight, time)
    reply.header('x-mbx-used-weight-1m', String(weights.used(address, time)))
    return refused
  }

  /** Some calls cost their weight only where they fail. */
  #refund(route: Route, parameters: Parameters, address: string, time: number, reply: FastifyReply): void {
    const { weights } = this.#options
    weights.refund(address, weightOf(route, parameters), time)
    reply.header('x-mbx-used-weight-1m', String(weights.used(address, time)))
  }

  /** Key, then signature, then time, as far as the endpoint wants them. */
  #admit(
    route: Route,
    parameters: Parameters,
    request: FastifyRequest,
    address: string,
    time: number,
  ): Caller | Refusal {
    if (route.security === 'none') return NOBODY
    const header = request.headers['x-mbx-apikey']
    const name = typeof header === 'string' ? header : undefined
    const key = this.#options.keys.admit(name, address, route.security === 'trade')
    if (isRefusal(key)) return key
    if (route.security === 'key') return { key, signed: undefined }
    if (parameters.problem !== undefined) return parameters.problem
    if ((parameters.find('timestamp') ?? '') === '') return refusal('mandatory', 'timestamp')
    const wrong = checkSignature(key, parameters)
    if (wrong !== undefined) return wrong
    const signed = checkTime(parameters, time, this.#options.dialect)
    return isRefusal(signed) ? signed : { key, signed }
  }

  #run(route: Route, call: Call): Answer {
    try {
      return route.run(call)
    } finally {
      this.#options.turns.settle()
    }
  }

  #countOrders(reply: FastifyReply, account: number, time: number): void {
    for (let index = 0; index < this.#orderHeaders.length; index++) {
      const count = this.#options.orders.count(account, index, time)
      reply.header(this.#orderHeaders[index] as string, String(count))
    }
  }
}

function weightOf({ weight }: Route, parameters: Parameters): number {
  return typeof weight === 'number' ? weight : weight(parameters)
}

function headerOf({ interval, intervalNum }: OrderRule): string {
  return `x-mbx-order-count-${intervalNum}${interval.slice(0, 1).toLowerCase()}`
}

/** Makes fastify read every body as text, and none where none was sent, whatever type the client claims. */
function takeAnyType(request: FastifyRequest): void {
  const headers = request.raw.headers
  if (headers['content-type'] === undefined) return
  const length = headers['content-length']
  const empty = (length === undefined || length === '0') && headers['transfer-encoding'] === undefined
  if (empty) delete headers['content-type']
  else headers['content-type'] = FORM_TYPE
}

function sendRefusal(reply: FastifyReply, reason: Refusal): void {
  if ('retryAfter' in reason) reply.header('retry-after', String(reason.retryAfter))
  void reply.code(reason.status).type(JSON_TYPE).send(refusalBody(reason))
}

/** Futures say which path and method were wrong; spot shows a page. */
function notFound(dialect: Dialect, request: FastifyRequest, reply: FastifyReply): void {
  const path = (request.raw.url ?? '').split('?')[0] ?? ''
  if (dialect === 'spot') {
    void reply.code(404).type('text/html').send('<html><body><h2>404 Not found</h2></body></html>')
    return
  }
  const message = `Path ${path}, Method ${request.method} is invalid`
  void reply
    .code(404)
    .type(JSON_TYPE)
    .send(refusalBody({ status: 404, code: -5000, message }))
}

function fail(error: unknown, reply: FastifyReply, onFault: (error: unknown) => void): void {
  const status = statusOf(error)
  if (status === 413) {
    const page = '<html><head><title>413 Request Entity Too Large</title></head></html>'
    void reply.code(413).type('text/html').send(page)
    return
  }
  if (status >= 400 && status < 500) return sendRefusal(reply, refusal('illegalCharactersSomewhere'))
  onFault(error)
  sendRefusal(reply, { ...refusal('unknown'), status: 500 })
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined
  return typeof status === 'number' ? status : 500
}
