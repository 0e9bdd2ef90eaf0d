/** Reads back what a finished run says about itself: its configuration and where its parts lie. */
import { CONFIGURATION, REFERENCE } from '../../core/tape/kinds.ts'
import { readText } from '../../core/tape/text-record.ts'
import type { TapeSource } from '../../core/tape/source.ts'
import { RecordReader } from '../verify/record-reader.ts'
import type { Reference, RunConfig } from './run-config.ts'

export interface RunHead {
  readonly config: RunConfig
  readonly references: readonly Reference[]
}

/** Reads the first records of a run's money lane, up to its configuration. Throws Error when it has none. */
export async function readRunHead(money: TapeSource): Promise<RunHead> {
  const reader = new RecordReader(money)
  const references: Reference[] = []
  while (await reader.ready()) {
    const { buffer, row } = reader
    const kind = buffer.u8[row * 64] as number
    if (kind === REFERENCE.kind)
      references.push(JSON.parse(readText(buffer, row, REFERENCE.textBytesByte)) as Reference)
    else if (kind === CONFIGURATION.kind)
      return { config: JSON.parse(readText(buffer, row, CONFIGURATION.textBytesByte)) as RunConfig, references }
    else break
    reader.advance()
  }
  throw new Error('the run does not begin with its configuration: it was cut off at once, or is no run')
}
