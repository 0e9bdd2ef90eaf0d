/** `tapewright verify`: replays a run and compares every decision. */
import type { Difference } from '../../lab/verify/difference.ts'
import { runWatched } from '../../node/spin-watch.ts'
import { EXIT, UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { findRun } from '../run-folder.ts'
import { countText } from '../table.ts'
import { workerFile } from '../tasks/start-backtest.ts'
import type { VerifyOutcome, VerifyRequest } from '../tasks/verify-work.ts'

const SPIN_LIMIT_MS = 5000

export const verify: Command = {
  name: 'verify',
  usage: 'RUN|last [--allow-code] [--checkpoint N]',
  summary: 'Replays a run, compares every output and the final state, and names the first row that differs.',
  options: [
    {
      name: 'allow-code',
      help: 'go on although the code is not that of the run: shows what the change decides otherwise',
    },
    {
      name: 'checkpoint',
      value: 'N',
      help: 'replay only what lies behind checkpoint N (one per 1,048,576 inputs); the exchange is left out',
    },
  ],
  examples: [
    'tapewright verify last',
    'tapewright verify runs/0003-momentum --allow-code',
    'tapewright verify last --checkpoint 1',
  ],
  async run(args, terminal) {
    const [name, ...rest] = args.positionals
    if (name === undefined || rest.length > 0)
      throw new UsageError('verify wants one run: a folder, a name from tapewright runs, or last')
    const number = args.one('checkpoint')
    if (number !== undefined && !/^[1-9]\d{0,8}$/.test(number))
      throw new UsageError(`--checkpoint ${number}: write the number of a checkpoint, from 1`)
    const request: VerifyRequest = {
      folder: findRun(name),
      allowCode: args.has('allow-code'),
      ...(number === undefined ? {} : { checkpoint: Number(number) }),
    }
    const outcome = (await runWatched(workerFile('verify-worker'), request, {
      spinLimitMs: SPIN_LIMIT_MS,
      describe: ({ strategy, sequence }) => `strategy ${strategy + 1} of the run, input ${sequence}`,
      tell: (text) => terminal.progress(String(text)),
    })) as VerifyOutcome
    terminal.document(outcome)
    for (const line of linesOf(outcome, request)) terminal.print(line)
    return outcome.verdict === 'verified' ? EXIT.success : EXIT.irreproducible
  },
}

function linesOf(outcome: VerifyOutcome, request: VerifyRequest): readonly string[] {
  return [...outcome.identity.map((text) => `not as it was: ${text}`), ...verdictOf(outcome, request)]
}

function verdictOf(outcome: VerifyOutcome, request: VerifyRequest): readonly string[] {
  const { difference, from, inputs, outputs, stateHash } = outcome
  switch (outcome.verdict) {
    case 'verified': {
      const replayed = `${countText(inputs - from)} inputs${from === 0 ? '' : ` from ${countText(from)} on`}`
      const same = `verified: ${replayed} gave the same outputs (${countText(outputs)} in all) and the state ${stateHash}`
      return [
        `${same}; ${request.checkpoint === undefined ? 'fills are those of the exchange model' : 'the exchange was left out'}`,
      ]
    }
    case 'another identity':
      return [
        inputs === 0
          ? 'not verified: equal decisions are promised for the same code and tapes only'
          : 'not verified: every decision is as it was, but the tapes are not those that the run read',
        ...(request.allowCode ? [] : ['--allow-code compares all the same']),
      ]
    case 'different':
      return difference === undefined
        ? []
        : [
            `not reproducible: ${sentenceOf(difference)}`,
            `  recorded: ${difference.recorded}`,
            `  replayed: ${difference.replayed}`,
          ]
  }
}

function sentenceOf({ what, how, sequence }: Difference): string {
  const where =
    what === 'output' ? `of input ${sequence}` : what === 'state' ? `after input ${sequence}` : `${sequence}`
  const noun = what === 'record' ? `record of the run after input` : what
  const verb = how === 'missing' ? 'is missing' : how === 'extra' ? 'is one too many' : 'differs'
  return `${noun} ${where} ${verb}`
}
