/**
 * Ordered faults on a REST server: replies that never come, come late, or say something else than what happened.
 * In: a server before it listens, and the board of faults. Out: the same server; requests that no fault strikes pass as they
 * are. Control requests are never struck.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CONTROL_PREFIX } from './control-path.ts'
import type { FaultBoard, FaultOrder } from './faults.ts'

const BEFORE = ['drop-before', 'delay-before', 'refuse']
const AFTER = ['drop-after', 'delay-after', 'mask']
const JSON_TYPE = 'application/json'

/** Lets the board's faults strike the requests of a venue's server. `wait` resolves after so many milliseconds. */
export function strikeRequests(
  app: FastifyInstance,
  board: FaultBoard,
  venue: string,
  wait: (milliseconds: number) => Promise<void>,
): void {
  app.addHook('onRequest', async (request, reply) => {
    const fault = strike(board, BEFORE, venue, request)
    if (fault === undefined) return
    if (fault.kind === 'delay-before') return wait(fault.milliseconds)
    if (fault.kind === 'drop-before') return cut(request, reply)
    await reply.code(fault.status).type(JSON_TYPE).send(bodyOf(fault))
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const fault = strike(board, AFTER, venue, request)
    if (fault === undefined) return payload
    if (fault.kind === 'delay-after') {
      await wait(fault.milliseconds)
      return payload
    }
    if (fault.kind === 'drop-after') {
      request.raw.socket.destroy()
      return payload
    }
    reply.code(fault.status).type(JSON_TYPE)
    return bodyOf(fault)
  })
}

function strike(
  board: FaultBoard,
  kinds: readonly string[],
  venue: string,
  request: FastifyRequest,
): FaultOrder | undefined {
  const path = (request.raw.url ?? '').split('?')[0] ?? ''
  return path.startsWith(CONTROL_PREFIX) ? undefined : board.strike(kinds, venue, request.method, path)
}

/** Ends the connection; the request is not executed. */
function cut(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack()
  request.raw.socket.destroy()
}

function bodyOf({ code, message }: FaultOrder): string {
  return JSON.stringify({ code, msg: message })
}
