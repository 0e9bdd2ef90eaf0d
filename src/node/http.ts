/**
 * HTTP over the platform's fetch. In: a request. Out: reply, not-sent or unknown, never an exception of the network.
 * Owns: the line between "no byte left" and "nobody knows". Only failures that come before the first byte of a request
 * can be written count as not-sent; everything else, also what we do not recognise, is unknown.
 * It follows redirects and, with NODE_USE_ENV_PROXY=1, the proxy of HTTPS_PROXY.
 */
import type { BodySink, HttpOutcome, HttpPort, HttpReplyHead, HttpRequest } from '../live/ports.ts'

/** A larger reply does not belong in memory: ask for it with `stream`. The largest in use is 20 MB. */
const REPLY_BYTES_MAX = 64 << 20

/** Errors of name resolution, connecting and TLS: the request's bytes come after all of these. */
const BEFORE_FIRST_BYTE: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', 'the name does not resolve (no network, or a wrong address)'],
  ['EAI_AGAIN', 'name resolution failed for now (no network?)'],
  ['ECONNREFUSED', 'the connection was refused'],
  ['ENETUNREACH', 'the network is unreachable'],
  ['EHOSTUNREACH', 'the host is unreachable'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no connection within the time allowed'],
  ['CERT_HAS_EXPIRED', 'the certificate has expired (is this machine’s clock right?)'],
  ['CERT_NOT_YET_VALID', 'the certificate is not valid yet (is this machine’s clock right?)'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'a self-signed certificate is in the chain (a proxy that opens TLS?)'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'the certificate cannot be verified'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the certificate’s issuer is unknown (a proxy that opens TLS?)'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate belongs to another host'],
  ['ERR_INVALID_URL', 'the address is not a URL'],
])

/** The platform's HTTP client. Connections are kept and shared by all requests of the process. */
export const nodeHttp: HttpPort = {
  request: (request) => exchange(request, undefined),
  stream: (request, sink) => exchange(request, sink),
}

async function exchange(request: HttpRequest, sink: BodySink | undefined): Promise<HttpOutcome> {
  const watch = new Watchdog(request.timeoutMs)
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: headersOf(request, sink),
      body: request.body === undefined ? null : Uint8Array.from(request.body),
      signal: watch.signal,
    })
    const head = { status: response.status, headers: new Map(response.headers) }
    const body = response.body === null ? [] : response.body
    return await readBody(body, head, response.ok ? sink : undefined, watch)
  } catch (error) {
    if (error instanceof SinkError) throw error.cause
    if (watch.barked) return { kind: 'unknown', reason: `nothing came for ${request.timeoutMs / 1000} s` }
    return transportFault(error)
  } finally {
    watch.stop()
  }
}

function headersOf(request: HttpRequest, sink: BodySink | undefined): [string, string][] {
  const headers = request.headers.map(([name, value]): [string, string] => [name, value])
  // A sink takes bytes as they are stored: ranges and checksums are about those, not about a compressed transfer of them.
  if (sink !== undefined) headers.push(['accept-encoding', 'identity'])
  return headers
}

async function readBody(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  head: HttpReplyHead,
  sink: BodySink | undefined,
  watch: Watchdog,
): Promise<HttpOutcome> {
  watch.pat()
  const pieces: Uint8Array[] = []
  let length = 0
  if (sink !== undefined) await toSink(watch, () => sink.begin(head))
  for await (const piece of body) {
    if (sink !== undefined) await toSink(watch, () => sink.write(piece))
    else {
      length += piece.length
      if (length > REPLY_BYTES_MAX)
        return { kind: 'unknown', reason: `the reply is larger than ${REPLY_BYTES_MAX} bytes` }
      pieces.push(piece)
    }
    watch.pat()
  }
  return { kind: 'reply', ...head, body: new Uint8Array(Buffer.concat(pieces)) }
}

/** The time a sink takes is not the server's silence. */
async function toSink(watch: Watchdog, work: () => Promise<void>): Promise<void> {
  watch.stop()
  try {
    await work()
  } catch (error) {
    throw new SinkError(error)
  }
}

/** Carries a sink's error past the handling of network errors. */
class SinkError extends Error {
  constructor(cause: unknown) {
    super('the sink failed', { cause })
  }
}

/** Aborts an exchange that has been silent for too long. */
class Watchdog {
  readonly #controller = new AbortController()
  readonly #timeoutMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
    this.pat()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get barked(): boolean {
    return this.#controller.signal.aborted
  }

  /** Something came: begins to wait anew. */
  pat(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#controller.abort(), this.#timeoutMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

function transportFault(error: unknown): HttpOutcome {
  const codes = codesOf(error)
  const first = codes[0]
  if (first !== undefined && codes.every((code) => BEFORE_FIRST_BYTE.has(code))) {
    return { kind: 'not-sent', reason: BEFORE_FIRST_BYTE.get(first) ?? first }
  }
  return { kind: 'unknown', reason: codes.length > 0 ? codes.join(', ') : innermostMessage(error) }
}

/** Codes of an error and its causes; of a failed connection to several addresses, one per address. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  if (error instanceof AggregateError) return error.errors.flatMap(codesOf)
  if ('code' in error && typeof error.code === 'string') return [error.code]
  return codesOf(error.cause)
}

function innermostMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : innermostMessage(error.cause)
}
