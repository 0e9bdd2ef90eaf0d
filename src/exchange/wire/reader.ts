/**
 * Typed readers over a request's parameters.
 * In: parameters, and what an endpoint expects of each. Out: numbers, texts and choices; decimal texts become exact counts of
 * quanta. Refuses with the venue's codes; the first refusal stands in `refusal`, readers go on with a harmless value after it,
 * so that an endpoint reads everything and then looks once.
 */
import { tryParseAmount, tryParseDecimal } from '../../core/number/decimal.ts'
import type { Parameters } from './parameters.ts'
import { refusal, refuse, type Refusal } from './refusal.ts'

const SPOT_DECIMALS = 8
const INTEGER = /^[0-9]{1,20}$/
const DECIMAL = /^[0-9]{1,20}(?:\.[0-9]{1,20})?$/
const SIGNED = /^-?[0-9]{1,20}(?:\.[0-9]{1,20})?$/
const INTEGER_RANGE = '^[0-9]{1,20}$'
const DECIMAL_RANGE = '^([0-9]{1,20})(\\.[0-9]{1,20})?$'
const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/
const CLIENT_ID_RANGE = '^[\\.A-Z\\:/a-z0-9_-]{1,36}$'
const CLIENT_ID_LENGTH = 36

/** Which of the two markets' codes and words a reader uses. */
export type Dialect = 'futures' | 'spot'

export class Reader {
  readonly parameters: Parameters
  readonly dialect: Dialect
  refusal: Refusal | undefined = undefined

  constructor(parameters: Parameters, dialect: Dialect) {
    this.parameters = parameters
    this.dialect = dialect
    this.refusal = parameters.problem
  }

  /** Notes a refusal unless there is one already. */
  refuse(reason: Refusal): void {
    this.refusal ??= reason
  }

  has(name: string): boolean {
    return this.parameters.names.includes(name)
  }

  /** The text of a parameter that must be there. */
  text(name: string): string {
    const value = this.parameters.find(name)
    if (value === undefined || value === '') this.refuse(refusal('mandatory', name))
    return value ?? ''
  }

  /** The text of a parameter that may be left out, but not be empty. */
  textOr(name: string, fallback: string): string {
    const value = this.parameters.find(name)
    if (value === '') this.refuse(refusal('emptyParameter', name))
    return value ?? fallback
  }

  /** A whole number without sign. `undefined` as fallback makes it mandatory. */
  integer(name: string, fallback?: number): number {
    const value = fallback === undefined ? this.text(name) : this.textOr(name, '')
    if (value === '') return fallback ?? 0
    if (!INTEGER.test(value)) return this.#refused(refusal('illegalCharacters', name, INTEGER_RANGE))
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : this.#refused(refusal('invalidParameter', name))
  }

  /** A whole number within bounds. */
  limit(name: string, fallback: number, most: number): number {
    const number = this.integer(name, fallback)
    if (number >= 1 && number <= most) return number
    return this.#refused(refusal('invalidParameter', name))
  }

  /** Decimal text as a count of 10^-decimals. `undefined` as fallback makes it mandatory. */
  quanta(name: string, decimals: number, fallback?: number): number {
    const value = fallback === undefined ? this.text(name) : this.textOr(name, '')
    if (value === '') return fallback ?? 0
    if (!DECIMAL.test(value)) return this.#refused(refusal('illegalCharacters', name, DECIMAL_RANGE))
    const parsed = tryParseDecimal(value, decimals)
    if (parsed.ok) return parsed.value
    // A count too large to be exact is larger than any limit of the venue: its largest filter refuses it.
    return parsed.code === 'overflow' ? Number.MAX_SAFE_INTEGER : this.#refused(this.#tooFine(name, value))
  }

  /** An amount of any size as a count of 10^-decimals; mandatory, sign allowed. */
  amount(name: string, decimals: number): bigint {
    const value = this.text(name)
    if (value === '') return 0n
    const parsed = SIGNED.test(value) ? tryParseAmount(value, decimals) : undefined
    if (parsed?.ok === true) return parsed.value
    this.refuse(parsed === undefined ? refusal('illegalCharacters', name, DECIMAL_RANGE) : this.#tooFine(name, value))
    return 0n
  }

  /** One word of a table. `otherwise` is the refusal for any other word; `undefined` as fallback makes it mandatory. */
  choice(name: string, words: Readonly<Record<string, number>>, otherwise: Refusal, fallback?: number): number {
    const value = fallback === undefined ? this.text(name) : this.textOr(name, '')
    if (value === '') return fallback ?? 0
    const found = Object.hasOwn(words, value) ? words[value] : undefined
    return found ?? this.#refused(otherwise)
  }

  /** "true" or "false", in any case. */
  boolean(name: string, fallback: boolean, otherwise: Refusal = refusal('invalidParameter', name)): boolean {
    const value = this.textOr(name, '').toLowerCase()
    if (value === 'true') return true
    if (value !== 'false' && value !== '') this.refuse(otherwise)
    return value === '' ? fallback : false
  }

  /** A client order id, empty where none was sent. */
  clientId(name: string): string {
    const value = this.textOr(name, '')
    if (value === '' || CLIENT_ID.test(value)) return value
    this.refuse(
      this.dialect === 'futures' && value.length > CLIENT_ID_LENGTH
        ? refusal('clientIdTooLong')
        : refusal('illegalCharacters', name, CLIENT_ID_RANGE),
    )
    return ''
  }

  /** Spot reads every number to eight decimals: what a market's steps are too coarse for is for its filters to refuse. */
  #tooFine(name: string, value: string): Refusal {
    if (this.dialect === 'futures') return refusal('precision')
    if (!tryParseDecimal(value, SPOT_DECIMALS).ok) return refuse(-1111, `Parameter '${name}' has too much precision.`)
    return refuse(-1013, `Filter failure: ${/price$/i.test(name) ? 'PRICE_FILTER' : 'LOT_SIZE'}`)
  }

  #refused(reason: Refusal): 0 {
    this.refuse(reason)
    return 0
  }
}
