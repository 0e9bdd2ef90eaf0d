/**
 * Where makers want their orders: each of a side's places has a band of distances from the best price, in ticks, one band
 * behind the other; narrow ones at the touch, wide ones far out.
 */

/** Orders of the makers on each side of a book. */
export const PLACES = 32

/** How far the last place lies from the best price, as a share of it. */
const REACH = 0.0025

export interface Ladder {
  /** Nearest and farthest wanted distance of each place, in ticks. */
  readonly near: Float64Array
  readonly far: Float64Array
  /** How far an order may drift out of its band before its maker replaces it. */
  readonly slack: Float64Array
}

/** The ladder for a market where the price is `ticks` ticks. */
export function makeLadder(ticks: number): Ladder {
  const near = new Float64Array(PLACES)
  const far = new Float64Array(PLACES)
  const slack = new Float64Array(PLACES)
  const reach = ticks * REACH
  for (let place = 1; place < PLACES; place++) {
    const share = place / (PLACES - 1)
    near[place] = (far[place - 1] as number) + 1
    far[place] = Math.max(near[place] as number, Math.round(reach * share * share))
    slack[place] = Math.floor(((far[place] as number) - (near[place] as number) + 1) / 2)
  }
  return { near, far, slack }
}
