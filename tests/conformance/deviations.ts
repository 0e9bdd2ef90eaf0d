/** Where the box is known to differ from Binance, or had to choose: five at most, each with its reason. */

export interface Deviation {
  readonly what: string
  readonly why: string
}

export const DEVIATIONS: readonly Deviation[] = [
  {
    what: 'Initial margin of open orders, and what of the unrealized profit backs new ones',
    why: 'Binance publishes examples, not the formula. The box takes the larger of both sides of a market with its position, assumes that a market purchase costs 0.05 % more than the best offer, and lets unrealized profit back orders in cross margin.',
  },
  {
    what: 'Liquidation closes a position at once and in full',
    why: 'Binance closes large positions in steps by bracket, and does not publish the steps.',
  },
  {
    what: 'A reduce-only order larger than the position is accepted, and filled up to the position',
    why: 'Binance documents that resting reduce-only orders are trimmed, but not in which order; the box lets the furthest go first.',
  },
  {
    what: 'Wallet, margin lending and sub-account endpoints (`/sapi`) are not there',
    why: 'The box is a futures and a spot venue. ccxt is told not to ask for currencies and margin pairs; that is part of the lines that point it here.',
  },
  {
    what: 'Ed25519 keys sign futures REST requests too',
    why: 'Binance documents HMAC and RSA there, yet all three libraries sign so and none is told otherwise.',
  },
]
