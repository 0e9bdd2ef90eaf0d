/** A closed trade as a report tells it. */
import type { RoundTrip } from '../../core/account/round-trips.ts'
import type { Settlement } from '../../core/account/settlement.ts'
import { printAmount } from '../../core/number/decimal.ts'
import { divideRounded } from '../../core/number/rounding.ts'
import { AMOUNT_DECIMALS } from '../../core/tape/layout.ts'
import { money } from './figures.ts'
import type { TripMoney } from './money-books.ts'
import type { Trade } from './report-data.ts'

/** Decimals of an average price beyond those of the tape. */
const FINER = 4

/** Names that a trade is told with. */
export interface TradeNames {
  readonly number: number
  readonly strategy: string
  readonly instrument: string
  readonly entryReason: string
  readonly exitReason: string
}

export function tradeOf(trip: RoundTrip, amounts: TripMoney, names: TradeNames, settlement: Settlement): Trade {
  return {
    number: names.number,
    strategy: names.strategy,
    instrument: names.instrument,
    side: trip.side,
    entryUs: trip.entryTime,
    exitUs: trip.exitTime,
    entryPrice: averagePrice(trip.entryValue, trip.entered, trip.instrument, settlement),
    exitPrice: averagePrice(trip.exitValue, trip.exited, trip.instrument, settlement),
    quantity: printAmount(trip.entered, AMOUNT_DECIMALS, { trim: true }),
    gross: money(amounts.gross),
    fees: money(amounts.fees),
    funding: money(amounts.funding),
    net: money(amounts.net),
    fills: trip.fills,
    makerShare: trip.makerShare,
    entryReason: names.entryReason,
    exitReason: names.exitReason,
  }
}

/** value / quantity / contract size, half to even. */
function averagePrice(value: bigint, quantity: bigint, instrument: number, settlement: Settlement): string {
  if (quantity === 0n) return '0'
  const decimals = (settlement.instruments[instrument]?.priceDecimals ?? 0) + FINER
  const contract = BigInt(settlement.contract[instrument * 2] as number)
  const scale = powerOfTen(decimals + (settlement.contractDecimals[instrument] as number))
  return printAmount(divideRounded(value * scale, quantity * contract, 'half-even'), decimals, { trim: true })
}

function powerOfTen(exponent: number): bigint {
  return BigInt(`1${'0'.repeat(exponent)}`)
}
