/**
 * The venues' own truth, for checkers: what is, not what was published. Counts are those of the venue's views (price quanta,
 * lots, 10^-8 of an asset), a book's prices and quantities are decimal text as clients see them.
 */
import { printDecimal } from '../../core/number/decimal.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import type { FuturesQueries } from '../venue/futures/views.ts'
import type { OrderBook } from '../venue/order-book.ts'
import { BUY, SELL } from '../venue/requests.ts'
import type { SpotVenue } from '../venue/spot/spot-venue.ts'
import { ControlError } from './control-body.ts'

export interface Truth {
  account(account: number): unknown
  orders(account: number): unknown
  fills(account: number): unknown
  ledger(account: number): unknown
  book(symbol: string): unknown
}

/** More than a venue remembers. */
const ALL = { limit: 1_000_000 } as const

interface Floor {
  readonly instruments: readonly Instrument[]
  readonly books: readonly OrderBook[]
}

export function futuresTruth(venue: Floor & FuturesQueries): Truth {
  const known = (account: number): number => knownAccount(account, venue.accountCount)
  return {
    account: (account) => venue.accountView(known(account)),
    orders: (account) => ({
      open: venue.openOrdersOf(known(account), -1),
      all: venue.ordersOf(account, ALL),
      conditional: venue.conditionalsOf(account, ALL),
    }),
    fills: (account) => venue.tradesOf(known(account), ALL),
    ledger: (account) => ({ balances: venue.balancesOf(known(account)), income: venue.incomeOf(account, ALL) }),
    book: (symbol) => bookTruth(venue, symbol),
  }
}

export function spotTruth(venue: SpotVenue): Truth {
  const { views, state } = venue
  const known = (account: number): number => knownAccount(account, state.names.length)
  return {
    account: (account) => ({ account, name: state.names[known(account)], balances: views.balances(account) }),
    orders: (account) => ({
      open: views.openOrders(known(account), -1),
      ended: state.history.orders(account),
    }),
    fills: (account) => state.history.fills(known(account)),
    ledger: (account) => ({ balances: views.balances(known(account)) }),
    book: (symbol) => bookTruth(venue, symbol),
  }
}

/** All levels of a book, best first, as pairs of price and quantity. */
export function bookTruth({ instruments, books }: Floor, symbol: string): unknown {
  const at = instruments.findIndex((instrument) => instrument.symbol === symbol)
  const instrument = instruments[at]
  const book = books[at]
  if (instrument === undefined || book === undefined) throw new ControlError(`there is no symbol ${symbol}`)
  const levels = (side: number): string[][] => {
    const found: string[][] = []
    for (let level = book.best(side); level !== -1; level = book.next(level))
      found.push([
        printDecimal(book.price[level] as number, instrument.priceDecimals),
        printDecimal(book.quantity[level] as number, instrument.quantityDecimals),
      ])
    return found
  }
  return { symbol, updateId: book.updateId, bids: levels(BUY), asks: levels(SELL) }
}

function knownAccount(account: number, count: number): number {
  if (account >= count) throw new ControlError(`there is no account ${account}`)
  return account
}
