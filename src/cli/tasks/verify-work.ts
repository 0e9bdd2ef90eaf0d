/**
 * The proof of a run: replay of its inputs, then the run made again, exchange included.
 *
 * In: a run's folder. Out: a verdict that names the first row which is not as it was. Refuses: other code than that of the
 * run, unless it is allowed. Fails: with the errors of tapes and strategies.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { canonicalJson } from '../../core/canonical-json.ts'
import type { StrategyDefinition } from '../../core/strategy/contract.ts'
import { RunLog } from '../../lab/backtest/run-log.ts'
import { runBacktest } from '../../lab/run/make-run.ts'
import { readRunHead } from '../../lab/run/run-result.ts'
import type { RunHead } from '../../lab/run/run-result.ts'
import type { RunConfig } from '../../lab/run/run-config.ts'
import { CompareSink } from '../../lab/verify/compare-sink.ts'
import type { Difference } from '../../lab/verify/difference.ts'
import { RecordReader } from '../../lab/verify/record-reader.ts'
import { replayRun } from '../../lab/verify/verify.ts'
import type { Checkpoint } from '../../lab/verify/verify.ts'
import { buildIdentity } from '../../node/build-identity.ts'
import { readCheckpoint } from '../../node/checkpoint-files.ts'
import { loadStrategy } from '../../node/strategy-loader.ts'
import { installStrategyGuard } from '../../node/strategy-guard.ts'
import { openTape } from '../../node/tape-reader.ts'
import type { WatchedWork } from '../../node/watched-worker.ts'
import { UsageError } from '../command.ts'
import { RUN_FILES } from '../run-folder.ts'
import { inputsOf, openInputs, strategyOf } from './inputs.ts'

export interface VerifyRequest {
  readonly folder: string
  /** Go on although code or inputs are others than those of the run. */
  readonly allowCode: boolean
  /** Replays only what lies behind this checkpoint, and leaves the exchange out: its state is not kept. */
  readonly checkpoint?: number
}

export interface VerifyOutcome {
  readonly verdict: 'verified' | 'different' | 'another identity'
  /** Sequence of the first input that was replayed. */
  readonly from: number
  readonly inputs: number
  readonly outputs: number
  readonly stateHash: string
  /** What is not as it was when the run was made: code, parameters, tapes. */
  readonly identity: readonly string[]
  readonly difference?: Difference
}

/** A run with what is needed to make it again. */
interface OpenRun extends RunHead {
  readonly folder: string
  readonly definitions: readonly StrategyDefinition[]
  readonly tools: WatchedWork
}

/** Verifies a run. Throws the errors of its tapes. */
export async function performVerify(request: VerifyRequest, tools: WatchedWork): Promise<VerifyOutcome> {
  const { folder, allowCode } = request
  const head = await readHead(folder)
  const { config, references } = head
  const loaded = await loadStrategy(strategyOf(references, folder))
  const code = codeDifferences(config, loaded.sourceHash)
  const { differences: tapes, fitting } = await tapeDifferences(head, folder)
  const identity = [...code, ...tapes]
  const refused = { verdict: 'another identity', from: 0, inputs: 0, outputs: 0, stateHash: '', identity } as const
  if (!fitting || (code.length > 0 && !allowCode)) return refused
  const guard = installStrategyGuard(loaded.files)
  try {
    const run: OpenRun = { ...head, folder, definitions: tools.watch([loaded.definition]), tools }
    const checkpoint = await checkpointOf(request)
    const { difference: replayed, ...facts } = await replay(run, checkpoint)
    // Other code shows what it decides otherwise; behind a checkpoint and a changed market there is nothing to ask for.
    const enough = checkpoint !== undefined || (replayed !== undefined && code.length > 0)
    const difference =
      enough || replayed?.what === 'market row' ? replayed : earliest(replayed, await runAgain(run), tapes.length === 0)
    if (difference !== undefined) return { verdict: 'different', ...facts, identity, difference }
    return { verdict: tapes.length > 0 && !allowCode ? 'another identity' : 'verified', ...facts, identity }
  } finally {
    guard.uninstall()
  }
}

async function readHead(folder: string): Promise<RunHead> {
  const money = await openTape(join(folder, RUN_FILES.money))
  try {
    return await readRunHead(money)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${join(folder, RUN_FILES.money)}: ${why}; make the run again`)
  } finally {
    await money.close()
  }
}

async function checkpointOf({ folder, checkpoint }: VerifyRequest): Promise<Checkpoint | undefined> {
  return checkpoint === undefined ? undefined : { number: checkpoint, state: await readCheckpoint(folder, checkpoint) }
}

function replay(run: OpenRun, checkpoint: Checkpoint | undefined): ReturnType<typeof replayRun> {
  const { config, references, definitions, folder, tools } = run
  return replayRun({
    config,
    definitions,
    money: async () => new RecordReader(await openTape(join(folder, RUN_FILES.money))),
    market: async () => new RecordReader((await openInputs(inputsOf(references, folder))).source),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    prepared: (engine) => tools.countedBy(engine.sequence),
    progress: (inputs) => tools.tell(`replay: input ${inputs}`),
  })
}

/** Makes the run again and compares every row that it writes. */
async function runAgain(run: OpenRun): Promise<Difference | undefined> {
  const { config, references, definitions, folder, tools } = run
  const inputs = await openInputs(inputsOf(references, folder))
  const recorded = new RecordReader(await openTape(join(folder, RUN_FILES.money)))
  const sink = new CompareSink(recorded, config.engine.instruments)
  try {
    await runBacktest(config, {
      source: inputs.source,
      definitions,
      log: new RunLog(sink),
      references,
      observer: { record: () => undefined, progress: (rows) => tools.tell(`run again: ${rows} rows`) },
      prepared: (engine) => tools.countedBy(engine.sequence),
    })
    await sink.seal()
  } finally {
    await inputs.source.close()
    await recorded.close()
  }
  return sink.difference
}

/**
 * Of what the replay and the second run found, the one that comes first. A fill that the exchange would not have given is
 * the cause of whatever its input changed, and the second run knows what it was.
 */
function earliest(
  replayed: Difference | undefined,
  again: Difference | undefined,
  sameTapes: boolean,
): Difference | undefined {
  if (replayed === undefined || again === undefined) return replayed ?? again
  if (again.sequence < replayed.sequence) return again
  const input = again.what === 'fill' || again.what === 'input'
  const last = sameTapes ? replayed.last : undefined
  return input && again.sequence <= (last ?? replayed.sequence) ? again : replayed
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

/** Tapes that are not those that the run read. They cannot be replayed at all (`fitting`) if they hold other instruments. */
async function tapeDifferences(
  { config, references }: RunHead,
  folder: string,
): Promise<{ readonly differences: readonly string[]; readonly fitting: boolean }> {
  const { source, hashes } = await openInputs(inputsOf(references, folder))
  await source.close()
  const short = (hash: string | undefined): string => (hash === undefined ? 'none' : `${hash.slice(0, 12)}…`)
  const differences = config.tapes.flatMap((hash, i) =>
    hash === hashes[i] ? [] : [`tape ${i + 1} has the hash ${short(hashes[i])}, the run read one with ${short(hash)}`],
  )
  return { differences, fitting: canonicalJson(source.instruments) === canonicalJson(config.engine.instruments) }
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
