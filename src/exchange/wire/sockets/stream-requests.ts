/**
 * What clients ask on a stream socket: SUBSCRIBE and its like. In: the text of a message. Out: the text of the answer; the
 * subscriber is changed on the way. Refuses with the venue's words for broken JSON, unknown methods and wrong parameters.
 */

/** A connection as its requests see it. */
export interface Subscriber {
  combined: boolean
  /** Names as they were asked for, known or not. */
  readonly names: ReadonlySet<string>
  readonly streamsMax: number
  subscribe(name: string): void
  unsubscribe(name: string): void
}

const METHODS = ['SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS', 'SET_PROPERTY', 'GET_PROPERTY']

/** Names longer than this are no streams; they are not kept. */
const NAME_LENGTH_MAX = 200

export function answerStreamRequest(text: string, subscriber: Subscriber): string {
  let request: unknown
  try {
    request = JSON.parse(text)
  } catch {
    return problem(3, `Invalid JSON: expected value at ${placeOfFault(text)}`)
  }
  if (typeof request !== 'object' || request === null || Array.isArray(request))
    return problem(2, 'Invalid request: request must be an object')
  const { method, params, id } = request as { method?: unknown; params?: unknown; id?: unknown }
  if (method === undefined)
    return problem(2, `Invalid request: missing field \`method\` at line 1 column ${text.length}`)
  if (typeof method !== 'string' || !METHODS.includes(method)) return unknownMethod(text, method)
  if (id !== undefined && !isId(id)) return problem(2, 'Invalid request: request ID must be an unsigned integer')
  const answer = carryOut(method, params, subscriber)
  const name = id === undefined ? 'null' : JSON.stringify(id)
  if (answer.startsWith('{"code"')) return `${answer.slice(0, -1)},"id":${name}}`
  return `{"result":${answer},"id":${name}}`
}

/** The JSON of the result, or of a problem. */
function carryOut(method: string, params: unknown, subscriber: Subscriber): string {
  switch (method) {
    case 'SUBSCRIBE':
    case 'UNSUBSCRIBE': {
      if (!Array.isArray(params) || !params.every((name) => typeof name === 'string'))
        return problem(2, 'Invalid request: params must be an array of strings')
      return method === 'SUBSCRIBE' ? subscribe(params, subscriber) : unsubscribe(params, subscriber)
    }
    case 'LIST_SUBSCRIPTIONS':
      return JSON.stringify([...subscriber.names])
    case 'SET_PROPERTY':
      return setProperty(params, subscriber)
    default: {
      const property: unknown = Array.isArray(params) ? params[0] : undefined
      if (typeof property !== 'string') return problem(2, 'Invalid request: property name must be a string')
      return property === 'combined' ? String(subscriber.combined) : problem(0, 'Unknown property')
    }
  }
}

function subscribe(names: readonly string[], subscriber: Subscriber): string {
  const added = new Set(names.filter((name) => !subscriber.names.has(name)))
  if (subscriber.names.size + added.size > subscriber.streamsMax)
    return problem(2, 'Invalid request: too many parameters')
  for (const name of added) if (name !== '' && name.length <= NAME_LENGTH_MAX) subscriber.subscribe(name)
  return 'null'
}

function unsubscribe(names: readonly string[], subscriber: Subscriber): string {
  for (const name of names) subscriber.unsubscribe(name)
  return 'null'
}

function setProperty(params: unknown, subscriber: Subscriber): string {
  const list: readonly unknown[] = Array.isArray(params) ? params : []
  const [property, value] = list
  if (list.length > 2) return problem(2, 'Invalid request: too many parameters')
  if (typeof property !== 'string') return problem(2, 'Invalid request: property name must be a string')
  if (property !== 'combined') return problem(0, 'Unknown property')
  if (typeof value !== 'boolean') return problem(1, 'Invalid value type: expected Boolean')
  subscriber.combined = value
  return 'null'
}

function isId(id: unknown): boolean {
  return id === null || typeof id === 'string' || (typeof id === 'number' && Number.isInteger(id))
}

function unknownMethod(text: string, method: unknown): string {
  const written = JSON.stringify(method)
  const column = text.indexOf(written) + written.length
  const expected = METHODS.map((name) => `\`${name}\``).join(', ')
  const variant = typeof method === 'string' ? method : written
  return problem(
    2,
    `Invalid request: unknown variant \`${variant}\`, expected one of ${expected} at line 1 column ${column}`,
  )
}

/** Line and column of the first character that begins no JSON value; the end where the text just stops. */
function placeOfFault(text: string): string {
  const start = /^\s*/.exec(text)?.[0].length ?? 0
  const at = '{["-0123456789tfn'.includes(text[start] ?? ' ') ? text.length : start + 1
  const lines = text.slice(0, at).split('\n')
  return `line ${lines.length} column ${lines.at(-1)?.length ?? 0}`
}

function problem(code: number, message: string): string {
  return `{"code":${code},"msg":${JSON.stringify(message)}}`
}
