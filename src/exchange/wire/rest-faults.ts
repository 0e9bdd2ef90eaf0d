/**
 * Ordered faults on a REST server: replies that never come, come late, or say something else than what happened.
 * In: a server before it listens, and the board of faults. Out: the same server; requests that no fault strikes pass as they
 * are. Control requests are never struck.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CONTROL_PREFIX } from './control-path.ts'
import type { FaultBoard, FaultOrder } from './faults.ts'

const BEFORE = ['drop-before', 'delay-before', 'refuse']
const AFTER = ['drop-after', 'delay-after', 'mask', 'stale']
/** Parameters that differ from one query to the next that asks the same. */
const FLEETING = ['timestamp', 'signature', 'recvWindow']
const JSON_TYPE = 'application/json'

/** Lets the board's faults strike the requests of a venue's server. `wait` resolves after so many milliseconds. */
export function strikeRequests(
  app: FastifyInstance,
  board: FaultBoard,
  venue: string,
  wait: (milliseconds: number) => Promise<void>,
): void {
  // Callbacks, because a promise for each request would cost those that no fault strikes.
  app.addHook('onRequest', (request, reply, done) => {
    const fault = strike(board, BEFORE, venue, request)
    if (fault === undefined) return done()
    if (fault.kind === 'delay-before') return void later(wait(fault.milliseconds), () => done())
    if (fault.kind === 'drop-before') return cut(request, reply)
    void reply.code(fault.status).type(JSON_TYPE).send(bodyOf(fault))
  })
  /** Replies that are told again to whoever asks the same, while such a fault is ordered. */
  const told = new Map<string, unknown>()
  app.addHook('onSend', (request, reply, payload, done) => {
    if (board.isEmpty) told.clear()
    const fault = strike(board, AFTER, venue, request)
    if (fault === undefined) return done(null, payload)
    if (fault.kind === 'stale') {
      const question = questionOf(request)
      if (!told.has(question)) told.set(question, payload)
      return done(null, request.method === 'GET' ? told.get(question) : payload)
    }
    if (fault.kind === 'delay-after') return void later(wait(fault.milliseconds), () => done(null, payload))
    if (fault.kind === 'drop-after') {
      request.raw.socket.destroy()
      return done(null, payload)
    }
    reply.code(fault.status).type(JSON_TYPE)
    done(null, bodyOf(fault))
  })
}

function strike(
  board: FaultBoard,
  kinds: readonly string[],
  venue: string,
  request: FastifyRequest,
): FaultOrder | undefined {
  if (board.isEmpty) return undefined
  const path = (request.raw.url ?? '').split('?')[0] ?? ''
  return path.startsWith(CONTROL_PREFIX) ? undefined : board.strike(kinds, venue, request.method, path)
}

/** What a request asks, without what dates and signs it. */
function questionOf(request: FastifyRequest): string {
  const [path = '', query = ''] = (request.raw.url ?? '').split('?')
  const parameters = new URLSearchParams(query)
  for (const name of FLEETING) parameters.delete(name)
  return `${path}?${parameters.toString()}`
}

async function later(waited: Promise<void>, goOn: () => void): Promise<void> {
  await waited
  goOn()
}

/** Ends the connection; the request is not executed. */
function cut(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack()
  request.raw.socket.destroy()
}

function bodyOf({ code, message }: FaultOrder): string {
  return JSON.stringify({ code, msg: message })
}
