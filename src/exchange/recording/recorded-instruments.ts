/**
 * Instruments of a tape as markets of the venues. What the tape does not say (fees, brackets, limits of an instrument whose
 * rules were inferred) is taken from usual terms.
 * Refuses, with RecordingError: venues that are not here, instruments listed twice (rules that change on the tape).
 */
import type { Instrument } from '../../core/market/instrument.ts'
import { USUAL_TERMS, type VenueInstrument } from '../venue/venue-instrument.ts'
import type { Place } from './recorded-inside.ts'

/** A tape that cannot be played; the message says why and what to do. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError'
}

export interface RecordedInstruments {
  readonly futures: readonly VenueInstrument[]
  readonly spot: readonly VenueInstrument[]
  /** By the tape's instrument numbers. */
  readonly places: readonly Place[]
}

/** Largest order where the tape states none, in lots; bounds of prices in ticks. */
const MOST_LOTS = 1_000_000_000
const MOST_TICKS = 1_000_000_000
const SPOT_FEE_PPM = 1000

export function recordedInstruments(instruments: readonly Instrument[]): RecordedInstruments {
  const futures: VenueInstrument[] = []
  const spot: VenueInstrument[] = []
  const places = instruments.map((instrument): Place => {
    const venue = venueOf(instrument)
    const list = venue === 'futures' ? futures : spot
    if (list.some(({ symbol }) => symbol === instrument.symbol))
      throw new RecordingError(
        `the rules of ${instrument.symbol} change on this tape: play a tape with one version of each market`,
      )
    list.push(venue === 'futures' ? futuresInstrument(instrument) : spotInstrument(instrument))
    return { venue, instrument: list.length - 1 }
  })
  if (places.length === 0) throw new RecordingError('there is no market on this tape: name a tape with books or prices')
  return { futures, spot, places }
}

function venueOf({ venue, market, symbol }: Instrument): Place['venue'] {
  if (venue === 'binance-usdm' && market === 'linear') return 'futures'
  if (venue === 'binance-spot' && market === 'spot') return 'spot'
  throw new RecordingError(`${symbol} of ${venue} cannot be traded here: play a tape of binance-usdm or binance-spot`)
}

function futuresInstrument(instrument: Instrument): VenueInstrument {
  return {
    ...USUAL_TERMS,
    ...completed(instrument),
    priceBandUpPpm: instrument.priceBandUpPpm || 1_050_000,
    priceBandDownPpm: instrument.priceBandDownPpm || 950_000,
  }
}

function spotInstrument(instrument: Instrument): VenueInstrument {
  return {
    ...USUAL_TERMS,
    ...completed(instrument),
    priceBandUpPpm: instrument.priceBandUpPpm || 5_000_000,
    priceBandDownPpm: instrument.priceBandDownPpm || 200_000,
    brackets: [],
    makerFeePpm: SPOT_FEE_PPM,
    takerFeePpm: SPOT_FEE_PPM,
    fundingInterval: 0,
    maxConditionalOrders: 5,
    maxAmendments: 10,
  }
}

/** Filters that the tape does not know get bounds that nobody meets. */
function completed(instrument: Instrument): Instrument {
  const tickSize = Math.max(1, instrument.tickSize)
  const stepSize = Math.max(1, instrument.stepSize)
  return {
    ...instrument,
    tickSize,
    stepSize,
    minQuantity: instrument.minQuantity || stepSize,
    maxQuantity: instrument.maxQuantity || MOST_LOTS * stepSize,
    marketMinQuantity: instrument.marketMinQuantity || stepSize,
    marketMaxQuantity: instrument.marketMaxQuantity || MOST_LOTS * stepSize,
    marketStepSize: instrument.marketStepSize || (instrument.market === 'spot' ? 0 : stepSize),
    minPrice: instrument.minPrice || tickSize,
    maxPrice: instrument.maxPrice || MOST_TICKS * tickSize,
  }
}
