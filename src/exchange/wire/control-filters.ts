/**
 * New filters of a market as its operator writes them: decimal text under the names that exchangeInfo has for them.
 *
 * In: the body of a control request, and the market as it is. Out: all filters, those that the body does not name as they
 * were. Refuses with a ControlError that names the field: what does not fit the market's decimals, which do not change while
 * it runs, and what the venue would not take.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import { printDecimal, tryParseDecimal } from '../../core/number/decimal.ts'
import { FILTER_NAMES, filterProblem, filtersOf, type FilterName, type Filters } from '../venue/filter-rules.ts'
import { type ControlBody, ControlError } from './control-body.ts'

/** The field that states each filter. */
const FIELDS: Readonly<Record<FilterName, string>> = {
  tickSize: 'tickSize',
  minPrice: 'minPrice',
  maxPrice: 'maxPrice',
  stepSize: 'stepSize',
  minQuantity: 'minQty',
  maxQuantity: 'maxQty',
  marketStepSize: 'marketStepSize',
  marketMinQuantity: 'marketMinQty',
  marketMaxQuantity: 'marketMaxQty',
  minNotionalMicros: 'minNotional',
  priceBandUpPpm: 'multiplierUp',
  priceBandDownPpm: 'multiplierDown',
}

const PRICES: readonly FilterName[] = ['tickSize', 'minPrice', 'maxPrice']
/** Of values and ratios, which are counted in millionths. */
const MICRO_DECIMALS = 6

/** The filters that a market shall have. */
export function readFilters(body: ControlBody, instrument: Instrument): Filters {
  const filters = { ...filtersOf(instrument) }
  for (const name of FILTER_NAMES) {
    const decimals = decimalsOf(name, instrument)
    const text = body.decimal(FIELDS[name], printDecimal(filters[name], decimals))
    const parsed = tryParseDecimal(text, decimals)
    if (!parsed.ok) throw new ControlError(`${FIELDS[name]} has at most ${decimals} decimals in ${instrument.symbol}`)
    filters[name] = parsed.value
  }
  return filters
}

/** Throws a ControlError where a venue would not take these. */
export function checkFilters(filters: Filters): void {
  const problem = filterProblem(filters)
  if (problem !== undefined) throw new ControlError(`${FIELDS[problem[0]]} ${problem[1]}`)
}

function decimalsOf(name: FilterName, { priceDecimals, quantityDecimals }: Instrument): number {
  if (PRICES.includes(name)) return priceDecimals
  return name.endsWith('Quantity') || name.endsWith('tepSize') ? quantityDecimals : MICRO_DECIMALS
}
