/** The assets that a table of instruments speaks of, each with a number that rows can hold. */
import type { Instrument } from './instrument.ts'

/**
 * Asset names in order of first appearance (base, quote, settle of each instrument in turn); a row's asset field is an
 * index into it. The same instruments always give the same table.
 */
export function assetTable(instruments: readonly Instrument[]): readonly string[] {
  const assets = new Set<string>()
  for (const instrument of instruments) {
    assets.add(instrument.base)
    assets.add(instrument.quote)
    assets.add(instrument.settle)
  }
  return [...assets]
}
