/** Opens what a run reads: stored tapes and the made-up market, joined into one. */
import { createHash } from 'node:crypto'
import { relative, resolve } from 'node:path'
import { canonicalJson } from '../../core/canonical-json.ts'
import { instrumentKey } from '../../core/market/instrument.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import type { TapeSource } from '../../core/tape/source.ts'
import { mergeSources } from '../../lab/backtest/merged-source.ts'
import type { Reference } from '../../lab/run/run-config.ts'
import { SyntheticMarket } from '../../lab/synthetic/synthetic-market.ts'
import type { SyntheticOptions } from '../../lab/synthetic/synthetic-market.ts'
import { openTape } from '../../node/tape-reader.ts'
import { UsageError } from '../command.ts'

/** One input of a run: a tape by its path, or a made-up market by its options. */
export type InputSpec =
  { readonly kind: 'tape'; readonly path: string } | { readonly kind: 'synthetic'; readonly options: SyntheticOptions }

export interface OpenInputs {
  readonly source: TapeSource
  readonly hashes: readonly string[]
  /** How the inputs are named on the run's tape; paths relative to `folder`. */
  references(folder: string): readonly Reference[]
  /** What was noticed: torn tails that were cut. */
  readonly notices: readonly string[]
}

/** Opens inputs in the order that decides ties. Throws TapeError, and UsageError for tapes that do not fit together. */
export async function openInputs(specs: readonly InputSpec[]): Promise<OpenInputs> {
  const sources: TapeSource[] = []
  const hashes: string[] = []
  const notices: string[] = []
  for (const spec of specs) {
    if (spec.kind === 'synthetic') {
      sources.push(new SyntheticMarket(spec.options))
      hashes.push(createHash('sha256').update(canonicalJson(spec.options)).digest('hex'))
      continue
    }
    const tape = await openTape(spec.path)
    sources.push(tape)
    hashes.push(tape.hash)
    for (const torn of tape.report.torn)
      notices.push(
        `${torn.file}: the last ${torn.cutBytes} bytes are torn and were left out; ${torn.keptRows} rows are kept`,
      )
  }
  const source = mergeSources(sources)
  refuseTwins(source.instruments)
  return {
    source,
    hashes,
    notices,
    references: (folder) =>
      specs.map((spec, i) =>
        spec.kind === 'synthetic'
          ? { kind: 'synthetic', hash: hashes[i] ?? '', options: spec.options }
          : { kind: 'tape', hash: hashes[i] ?? '', file: relative(folder, resolve(spec.path)) },
      ),
  }
}

/** One instrument under two descriptions would be two markets, with positions and funding of their own. */
function refuseTwins(instruments: readonly Instrument[]): void {
  const known = new Set<string>()
  for (const instrument of instruments) {
    const name = `${instrumentKey(instrument)} v${instrument.version}`
    if (known.has(name))
      throw new UsageError(
        `the tapes describe ${instrumentKey(instrument)} differently, as its rules were inferred from the files of each: import those files together into one tape, or each with --instruments`,
      )
    known.add(name)
  }
}

/** The inputs that a run's references name, paths taken from the run's folder. */
export function inputsOf(references: readonly Reference[], folder: string): readonly InputSpec[] {
  return references.flatMap((reference): InputSpec[] => {
    if (reference.kind === 'tape') return [{ kind: 'tape', path: resolve(folder, reference.file) }]
    if (reference.kind === 'synthetic') return [{ kind: 'synthetic', options: reference.options }]
    return []
  })
}

/** Whether a strategy is named by its file; otherwise it is one that ships with the program. */
export function isStrategyFile(nameOrPath: string): boolean {
  return /[/\\]|\.(?:ts|mts|js|mjs)$/.test(nameOrPath)
}

/** How the strategy is named on the run's tape: a file by its path from the run's folder, like the tapes. */
export function strategyReference(name: string, nameOrPath: string, folder: string): Reference {
  const source = isStrategyFile(nameOrPath) ? relative(folder, resolve(nameOrPath)) : nameOrPath
  return { kind: 'strategy', name, source }
}

/** Name or path of the strategy that a run's references name. */
export function strategyOf(references: readonly Reference[], folder: string): string {
  const source = references.find((reference) => reference.kind === 'strategy')?.source ?? ''
  return isStrategyFile(source) ? resolve(folder, source) : source
}
