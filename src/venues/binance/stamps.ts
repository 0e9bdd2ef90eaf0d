/** Stamps come in milliseconds or microseconds, and nothing but their size says which. */

/** From here on a stamp is microseconds: as milliseconds it would lie beyond the year 5138. */
export const MICROSECONDS_FROM = 100_000_000_000_000
/** The last millisecond whose microseconds a double counts exactly (the year 2255). */
export const LAST_MILLISECOND = 9_007_199_254_740
