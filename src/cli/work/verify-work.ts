/** The proof of a run: replay of its inputs, then the run made again, exchange included. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { canonicalJson } from '../../core/canonical-json.ts'
import { RunLog } from '../../lab/backtest/run-log.ts'
import { runBacktest } from '../../lab/run/make-run.ts'
import { readRunHead } from '../../lab/run/run-result.ts'
import type { RunConfig } from '../../lab/run/run-config.ts'
import { CompareSink } from '../../lab/verify/compare-sink.ts'
import { RecordReader } from '../../lab/verify/record-reader.ts'
import { replayRun } from '../../lab/verify/verify.ts'
import type { Difference } from '../../lab/verify/verify.ts'
import { buildIdentity } from '../../node/build-identity.ts'
import { loadStrategy } from '../../node/strategy-loader.ts'
import { installStrategyGuard } from '../../node/strategy-guard.ts'
import { openTape } from '../../node/tape-reader.ts'
import type { WatchedWork } from '../../node/watched-worker.ts'
import { RUN_FILES } from '../run-folder.ts'
import { inputsOf, openInputs } from './inputs.ts'

export interface VerifyRequest {
  readonly folder: string
  /** Go on although code or inputs are others than those of the run. */
  readonly allowCode: boolean
}

export interface VerifyOutcome {
  readonly verdict: 'verified' | 'different' | 'another identity'
  readonly inputs: number
  readonly outputs: number
  readonly stateHash: string
  /** What is not as it was when the run was made: code, parameters, tapes. */
  readonly identity: readonly string[]
  readonly difference?: Difference
}

/** Verifies a run. Throws the errors of its tapes. */
export async function performVerify(request: VerifyRequest, tools: WatchedWork): Promise<VerifyOutcome> {
  const money = join(request.folder, RUN_FILES.money)
  const head = await openTape(money).then((tape) => readRunHead(tape).finally(() => tape.close()))
  const { config, references } = head
  const source = references.find((reference) => reference.kind === 'strategy')
  const loaded = await loadStrategy(
    source?.kind === 'strategy' ? source.source : (config.engine.strategies[0]?.name ?? ''),
  )
  const inputs = await openInputs(inputsOf(references, request.folder))
  const identity = [...codeDifferences(config, loaded.sourceHash), ...tapeDifferences(config, inputs.hashes)]
  const code = identity.length - tapeDifferences(config, inputs.hashes).length
  if (code > 0 && !request.allowCode) {
    await inputs.source.close()
    return { verdict: 'another identity', inputs: 0, outputs: 0, stateHash: '', identity }
  }
  const guard = installStrategyGuard(loaded.files)
  try {
    const definitions = tools.watch([loaded.definition])
    const replayTape = await openTape(money)
    const replayed = await replayRun(config, definitions, replayTape, inputs.source, (rows) =>
      tools.tell(`replay: input ${rows}`),
    )
    await replayTape.close()
    await inputs.source.close()
    const { inputs: count, outputs, stateHash } = replayed
    const facts = { inputs: count, outputs, stateHash, identity }
    if (replayed.difference !== undefined) return { verdict: 'different', ...facts, difference: replayed.difference }
    const difference = await runAgain(config, references, definitions, request.folder, tools)
    return difference === undefined ? { verdict: 'verified', ...facts } : { verdict: 'different', ...facts, difference }
  } finally {
    guard.uninstall()
  }
}

/** Makes the run again and compares every row that it writes. */
async function runAgain(
  config: RunConfig,
  references: Awaited<ReturnType<typeof readRunHead>>['references'],
  definitions: Parameters<typeof runBacktest>[1]['definitions'],
  folder: string,
  tools: WatchedWork,
): Promise<Difference | undefined> {
  const inputs = await openInputs(inputsOf(references, folder))
  const recorded = await openTape(join(folder, RUN_FILES.money))
  const sink = new CompareSink(new RecordReader(recorded), config.engine.instruments)
  await runBacktest(config, {
    source: inputs.source,
    definitions,
    log: new RunLog(sink),
    references,
    observer: {
      record: () => undefined,
      market: () => undefined,
      progress: (rows) => tools.tell(`run again: ${rows} rows`),
    },
  })
  await inputs.source.close()
  await recorded.close()
  return sink.difference
}

function codeDifferences(config: RunConfig, sourceHash: string): readonly string[] {
  const now = buildIdentity()
  const { build } = config
  const strategy = config.engine.strategies[0]
  return [
    ...(build.sources === now.sources ? [] : ['the sources of engine, exchange or backtest are others']),
    ...(build.lockfile === now.lockfile ? [] : ['the lockfile is another']),
    ...(build.runtime === now.runtime ? [] : [`the runtime is ${now.runtime}, the run was made by ${build.runtime}`]),
    ...(strategy?.sourceHash === sourceHash ? [] : [`the source of strategy ${strategy?.name ?? ''} is another`]),
  ]
}

function tapeDifferences(config: RunConfig, hashes: readonly string[]): readonly string[] {
  return config.tapes.flatMap((hash, i) =>
    hash === hashes[i]
      ? []
      : [
          `tape ${i + 1} has the hash ${(hashes[i] ?? 'none').slice(0, 12)}…, the run read one with ${hash.slice(0, 12)}…`,
        ],
  )
}

/** One hash over all that a run took and gave. */
export function runHash(parts: {
  readonly inputHash: string
  readonly outputHash: string
  readonly stateHash: string
}): string {
  return createHash('sha256')
    .update(canonicalJson({ inputs: parts.inputHash, outputs: parts.outputHash, state: parts.stateHash }))
    .digest('hex')
}
