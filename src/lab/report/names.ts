/** Names of instruments and strategies in a report: short where they are unique. */
import { instrumentKey } from '../../core/market/instrument.ts'
import type { Instrument } from '../../core/market/instrument.ts'

/** `BTCUSDT`, or `binance-spot:BTCUSDT` where two venues have it. Versions of one instrument share a name. */
export function instrumentNames(instruments: readonly Instrument[]): readonly string[] {
  const keys = new Map<string, Set<string>>()
  for (const instrument of instruments) {
    const known = keys.get(instrument.symbol) ?? new Set()
    keys.set(instrument.symbol, known.add(instrumentKey(instrument)))
  }
  return instruments.map((one) => ((keys.get(one.symbol)?.size ?? 0) > 1 ? instrumentKey(one) : one.symbol))
}

/** Strategy names; the second of a name becomes `name #2`. */
export function strategyNames(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>()
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return count === 1 ? name : `${name} #${count}`
  })
}
