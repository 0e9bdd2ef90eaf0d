/**
 * Filters of a market that its operator changes while it runs.
 *
 * In: a FiltersRequest, which states all of them. Out: the market's rules with the new filters, or what is wrong with them.
 * Counts stay what they are: prices in price quanta, quantities in lots, whatever the tick and the step, so that orders that
 * rest keep price and quantity even where no new order could have them. Refuses bounds that are off their own grid, because
 * derivatives count steps from the smallest value and spot from zero: only where both agree is an order's grid beyond doubt.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import type { FiltersRequest } from './requests.ts'
import type { VenueInstrument } from './venue-instrument.ts'

/** Names of the filters, as in an instrument. */
export const FILTER_NAMES = [
  'tickSize',
  'minPrice',
  'maxPrice',
  'stepSize',
  'minQuantity',
  'maxQuantity',
  'marketStepSize',
  'marketMinQuantity',
  'marketMaxQuantity',
  'minNotionalMicros',
  'priceBandUpPpm',
  'priceBandDownPpm',
] as const

export type FilterName = (typeof FILTER_NAMES)[number]
export type Filters = Readonly<Record<FilterName, number>>

const MILLION = 1_000_000
const SECTION = 'filters'
const VERSION = 1

/** What is wrong with filters: the name of one, and what it must be. Undefined where nothing is. */
export function filterProblem(filters: Filters): readonly [name: FilterName, rule: string] | undefined {
  for (const name of FILTER_NAMES)
    if (!Number.isSafeInteger(filters[name]) || filters[name] < 0) return [name, 'is not below 0']
  if (filters.tickSize === 0) return ['tickSize', 'is above 0']
  if (filters.stepSize === 0) return ['stepSize', 'is above 0']
  const { priceBandUpPpm, priceBandDownPpm } = filters
  if (priceBandUpPpm !== 0 && priceBandUpPpm < MILLION) return ['priceBandUpPpm', 'is 1 or more, or 0 for no bound']
  if (priceBandDownPpm > MILLION) return ['priceBandDownPpm', 'is 1 or less, or 0 for no bound']
  return (
    rangeProblem(filters, 'tickSize', 'minPrice', 'maxPrice') ??
    rangeProblem(filters, 'stepSize', 'minQuantity', 'maxQuantity') ??
    rangeProblem(filters, 'marketStepSize', 'marketMinQuantity', 'marketMaxQuantity')
  )
}

/** The filters that a market has now. */
export function filtersOf(instrument: Instrument): Filters {
  return pick((name) => instrument[name])
}

/** The market's rules with other filters, as a new version of them. */
export function withFilters(instrument: VenueInstrument, request: FiltersRequest): VenueInstrument {
  return { ...instrument, ...pick((name) => request[name]), version: instrument.version + 1 }
}

/** Writes the filters of all markets. */
export function saveFilters(writer: StateWriter, instruments: readonly VenueInstrument[]): void {
  writer.begin(SECTION, VERSION)
  for (const instrument of instruments) {
    writer.u32(instrument.version)
    for (const name of FILTER_NAMES) writer.f64(instrument[name])
  }
  writer.end()
}

/** Gives the same markets the filters that were saved. */
export function loadFilters(reader: StateReader, instruments: VenueInstrument[]): void {
  reader.begin(SECTION, VERSION)
  for (const [index, instrument] of instruments.entries()) {
    const version = reader.u32()
    instruments[index] = { ...instrument, version, ...pick(() => reader.f64()) }
  }
  reader.end()
}

function rangeProblem(
  filters: Filters,
  step: FilterName,
  least: FilterName,
  most: FilterName,
): readonly [FilterName, string] | undefined {
  if (filters[step] > 0 && filters[least] % filters[step] !== 0) return [least, 'is a multiple of its step']
  return filters[most] === 0 || filters[most] >= filters[least] ? undefined : [most, 'is not below the smallest']
}

/** All filters, each asked for in the order of FILTER_NAMES. */
function pick(valueOf: (name: FilterName) => number): Filters {
  return Object.fromEntries(FILTER_NAMES.map((name) => [name, valueOf(name)])) as Record<FilterName, number>
}
