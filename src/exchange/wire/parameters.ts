/**
 * Parameters of a request as they came: query string and form body, whatever the content type.
 * In: the raw query and the raw body. Out: names and decoded values; the raw texts stay for the signature. A name in both
 * counts with its value from the query. Fails: a percent sign without two hex digits or a name twice in one of them is noted
 * in `problem`.
 */
import { refusal, type Refusal } from './refusal.ts'

/** More pairs than any endpoint takes are not looked at: the rest cannot be a parameter. */
const PAIRS_MAX = 64

export class Parameters {
  readonly query: string
  readonly body: string
  readonly names: string[] = []
  readonly values: string[] = []
  problem: Refusal | undefined = undefined

  constructor(query: string, body: string) {
    this.query = query
    this.body = body
    if (query !== '') this.#read(query)
    if (body !== '') this.#read(body)
  }

  /** Parameters that came as JSON values of a WebSocket message: numbers and booleans become their texts, lists JSON. */
  static fromRecord(record: Readonly<Record<string, unknown>>): Parameters {
    const parameters = new Parameters('', '')
    for (const [name, value] of Object.entries(record)) {
      if (value === null || value === undefined) continue
      parameters.names.push(name)
      parameters.values.push(typeof value === 'string' ? value : JSON.stringify(value))
    }
    return parameters
  }

  /** The value of `name`, undefined where it was not sent. */
  find(name: string): string | undefined {
    const at = this.names.indexOf(name)
    return at === -1 ? undefined : this.values[at]
  }

  /** The same without regard to upper and lower case: for the lists, which some clients send in lower case. */
  findLoosely(name: string): string | undefined {
    const wanted = name.toLowerCase()
    const at = this.names.findIndex((each) => each.toLowerCase() === wanted)
    return at === -1 ? undefined : this.values[at]
  }

  #read(text: string): void {
    const first = this.names.length
    const isPlain = !text.includes('%') && !text.includes('+')
    let start = 0
    while (start <= text.length && this.names.length < PAIRS_MAX) {
      let end = text.indexOf('&', start)
      if (end === -1) end = text.length
      let equals = text.indexOf('=', start)
      if (equals === -1 || equals > end) equals = end
      if (end > start) {
        const name = text.slice(start, equals)
        const value = text.slice(Math.min(equals + 1, end), end)
        if (isPlain) this.#add(name, value, first)
        else this.#add(decoded(name), decoded(value), first)
      }
      start = end + 1
    }
  }

  #add(name: string | undefined, value: string | undefined, first: number): void {
    if (name === undefined || value === undefined) {
      this.problem ??= refusal('illegalCharactersSomewhere')
      return
    }
    const at = this.names.indexOf(name)
    if (at >= first) this.problem ??= refusal('duplicateParameters')
    if (at !== -1) return
    this.names.push(name)
    this.values.push(value)
  }
}

/** Undoes form encoding; undefined where it is broken. */
export function decoded(text: string): string | undefined {
  if (!text.includes('%') && !text.includes('+')) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
