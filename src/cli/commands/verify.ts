/** `tapewright verify`: replays a run and compares every decision. */
import { runWatched } from '../../node/spin-watch.ts'
import { EXIT, UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { findRun } from '../run-folder.ts'
import { workerFile } from '../work/start-backtest.ts'
import type { VerifyOutcome } from '../work/verify-work.ts'

const SPIN_LIMIT_MS = 5000

export const verify: Command = {
  name: 'verify',
  usage: 'RUN|last [--allow-code]',
  summary: 'Replays a run, compares every output and the final state, and names the first row that differs.',
  options: [
    {
      name: 'allow-code',
      help: 'go on although the code is not that of the run: shows what the change decides otherwise',
    },
  ],
  examples: ['tapewright verify last', 'tapewright verify runs/0003-momentum --allow-code'],
  async run(args, terminal) {
    const [name, ...rest] = args.positionals
    if (name === undefined || rest.length > 0)
      throw new UsageError('verify wants one run: a folder, a name from tapewright runs, or last')
    const outcome = (await runWatched(
      workerFile('verify-worker'),
      { folder: findRun(name), allowCode: args.has('allow-code') },
      {
        spinLimitMs: SPIN_LIMIT_MS,
        describe: ({ strategy, sequence }) => `strategy ${strategy + 1} of the run, input ${sequence}`,
        tell: (text) => terminal.progress(String(text)),
      },
    )) as VerifyOutcome
    terminal.document(outcome)
    for (const line of linesOf(outcome)) terminal.print(line)
    return outcome.verdict === 'verified' ? EXIT.success : EXIT.irreproducible
  },
}

function linesOf(outcome: VerifyOutcome): readonly string[] {
  const identity = outcome.identity.map((text) => `not as it was: ${text}`)
  switch (outcome.verdict) {
    case 'verified':
      return [
        ...identity,
        `verified: ${outcome.inputs} inputs gave the same ${outcome.outputs} outputs and the state ${outcome.stateHash}; fills are those of the exchange model`,
      ]
    case 'another identity':
      return [
        ...identity,
        'not verified: equal decisions are promised for the same code only; --allow-code compares all the same',
      ]
    case 'different': {
      const { difference } = outcome
      return [
        ...identity,
        `not reproducible: ${difference?.what ?? ''} at sequence ${difference?.sequence ?? 0} differs`,
        `  recorded: ${difference?.recorded ?? ''}`,
        `  replayed: ${difference?.replayed ?? ''}`,
      ]
    }
  }
}
