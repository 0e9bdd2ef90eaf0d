/**
 * What the operator sends to control the box: JSON objects, read field by field.
 * In: the text of a body. Out: typed fields. Refuses with one sentence that names the field and what it wants; fields that an
 * endpoint does not know are refused too, since a misspelt one would do nothing.
 */

/** What is wrong with a control request. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
}

const DECIMAL = /^-?[0-9]{1,30}(?:\.[0-9]{1,18})?$/

export class ControlBody {
  readonly #fields: Map<string, unknown>
  readonly #read = new Set<string>()

  constructor(text: string) {
    let parsed: unknown = {}
    try {
      if (text !== '') parsed = JSON.parse(text)
    } catch {
      throw new ControlError('the body is no JSON')
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
      throw new ControlError('the body is no JSON object')
    this.#fields = new Map(Object.entries(parsed))
  }

  /** Text; without a fallback it must be there. */
  text(name: string, fallback?: string): string {
    const value = this.#take(name, fallback)
    if (typeof value !== 'string') throw new ControlError(`${name} is text`)
    return value
  }

  /** One of `choices`. */
  choice<Choice extends string>(name: string, choices: readonly Choice[], fallback?: Choice): Choice {
    const value = this.text(name, fallback)
    const found = choices.find((choice) => choice === value)
    if (found === undefined) throw new ControlError(`${name} is one of ${choices.join(', ')}`)
    return found
  }

  number(name: string, least: number, most: number, fallback?: number): number {
    const value = this.#take(name, fallback)
    if (typeof value !== 'number' || !(value >= least && value <= most))
      throw new ControlError(`${name} is a number from ${least} to ${most}`)
    return value
  }

  whole(name: string, least: number, most: number, fallback?: number): number {
    const value = this.number(name, least, most, fallback)
    if (!Number.isInteger(value)) throw new ControlError(`${name} is a whole number`)
    return value
  }

  flag(name: string, fallback?: boolean): boolean {
    const value = this.#take(name, fallback)
    if (typeof value !== 'boolean') throw new ControlError(`${name} is true or false`)
    return value
  }

  /** A decimal number as text, so that nothing is rounded on the way. */
  decimal(name: string, fallback?: string): string {
    const value = this.text(name, fallback)
    if (!DECIMAL.test(value)) throw new ControlError(`${name} is a decimal number as text, such as "1000.5"`)
    return value
  }

  texts(name: string): readonly string[] {
    const value = this.#take(name, [])
    if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string'))
      throw new ControlError(`${name} is a list of texts`)
    return value
  }

  /** Amounts by name: `{"USDT": "1000"}`. */
  decimals(name: string): readonly (readonly [string, string])[] {
    const value = this.#take(name, {})
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new ControlError(`${name} is an object of amounts`)
    return Object.entries(value).map(([key, amount]) => {
      if (typeof amount !== 'string' || !DECIMAL.test(amount))
        throw new ControlError(`${name}.${key} is a decimal number as text, such as "1000.5"`)
      return [key, amount]
    })
  }

  /** Call it when all fields have been read. */
  finish(): void {
    for (const name of this.#fields.keys())
      if (!this.#read.has(name))
        throw new ControlError(`there is no field ${name}; fields are ${[...this.#read].join(', ')}`)
  }

  #take(name: string, fallback: unknown): unknown {
    this.#read.add(name)
    const value = this.#fields.get(name) ?? fallback
    if (value === undefined) throw new ControlError(`${name} is missing`)
    return value
  }
}
