/** `tapewright info`: what a tape holds, and that every byte of it is as it was written. */
import { printTime } from '../../core/calendar.ts'
import { instrumentKey } from '../../core/market/instrument.ts'
import { kindName } from '../../core/tape/fields.ts'
import { APPEND_TIME, NO_INSTRUMENT, ROW_BYTES, ROW_SLOTS } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { tapeInfo, type TapeInfo } from '../../node/tape-files.ts'
import { EXIT } from '../command.ts'
import type { Command, Terminal } from '../command.ts'
import { instrumentDocument } from '../instrument-document.ts'
import { bytesText, countText, plural, tableText } from '../table.ts'
import { onlyTape, openForCommand, walkTape } from '../tape-input.ts'
import { showTime } from '../times.ts'

/** Lines of a table before the rest is left to --json. */
const LINES_MAX = 40

export const info: Command = {
  name: 'info',
  usage: 'TAPE [--quick]',
  summary: 'Says what a tape holds, after checking every byte of it.',
  options: [
    { name: 'quick', help: 'read only the tape’s own summary: nothing is checked, nothing counted by instrument' },
  ],
  examples: [
    'tapewright info btc.tape',
    'tapewright info btc.tape --json',
    'tapewright info runs/0001-momentum/money.tape',
  ],
  async run(args, terminal) {
    const path = onlyTape(args, 'info')
    const quick = args.has('quick')
    const content = quick ? [] : await countRecords(path, terminal)
    const facts = await tapeInfo(path)
    terminal.document(documentOf(path, facts, quick, content))
    terminal.print(textOf(path, facts, quick, content))
    return EXIT.success
  },
}

/** Records of one kind of one instrument. */
interface Content {
  /** Index in the tape's table, NO_INSTRUMENT for records about none. */
  readonly instrument: number
  readonly kind: string
  records: number
  /** Append times, microseconds. */
  firstTime: number
  lastTime: number
}

/** Reads the whole tape, which checks it, and counts by instrument and kind, sorted by both. */
async function countRecords(path: string, terminal: Terminal): Promise<readonly Content[]> {
  const contents = new Map<number, Content>()
  await walkTape(await openForCommand(path, terminal), terminal, (buffer) => countBuffer(buffer, contents))
  return [...contents].toSorted(([a], [b]) => a - b).map(([, content]) => content)
}

function countBuffer(buffer: RowBuffer, contents: Map<number, Content>): undefined {
  const { u8, u16, f64 } = buffer
  for (let row = 0; row < buffer.length; row += 1 + (u16[row * 32 + 1] as number)) {
    const instrument = u16[row * 32 + 3] as number
    const kind = u8[row * ROW_BYTES] as number
    const time = f64[row * ROW_SLOTS + APPEND_TIME] as number
    const key = instrument * 256 + kind
    const content = contents.get(key)
    if (content === undefined)
      contents.set(key, { instrument, kind: kindName(kind), records: 1, firstTime: time, lastTime: time })
    else {
      content.records++
      content.lastTime = time
    }
  }
}

function documentOf(path: string, facts: TapeInfo, quick: boolean, content: readonly Content[]): unknown {
  const { lane, hash, rows, records, kinds, firstTime, lastTime, torn, origin } = facts
  const kindsOf = (index: number): unknown =>
    content
      .filter(({ instrument }) => instrument === index)
      .map((one) => ({
        kind: one.kind,
        records: one.records,
        firstTime: printTime(one.firstTime),
        lastTime: printTime(one.lastTime),
      }))
  return {
    tape: path,
    checked: !quick,
    lane,
    hash,
    rows,
    records,
    bytes: bytesOf(facts),
    kinds,
    firstTime: records === 0 ? null : printTime(firstTime),
    lastTime: records === 0 ? null : printTime(lastTime),
    instruments: facts.instruments.map((instrument, index) => ({
      ...instrumentDocument(instrument),
      ...(quick ? {} : { content: kindsOf(index) }),
    })),
    ...(quick ? {} : { content: kindsOf(NO_INSTRUMENT) }),
    segments: facts.segments,
    torn,
    build: origin.build,
    createdAt: printTime(origin.createdAt),
  }
}

function textOf(path: string, facts: TapeInfo, quick: boolean, content: readonly Content[]): string {
  const { lane, rows, records, segments, instruments, firstTime, lastTime } = facts
  const size = `${countText(records)} records in ${plural(rows, 'row')}, ${plural(segments.length, 'segment')}, ${bytesText(bytesOf(facts))}`
  const span = records === 0 ? 'empty' : `${showTime(firstTime)} to ${showTime(lastTime)} UTC`
  const columns = [
    { name: 'instrument' },
    { name: 'kind' },
    { name: 'records', right: true },
    { name: 'first (UTC)' },
    { name: 'last (UTC)' },
  ]
  const lines = content.map((one) => [
    nameOf(facts, one.instrument),
    one.kind,
    countText(one.records),
    showTime(one.firstTime),
    showTime(one.lastTime),
  ])
  const more = lines.length > LINES_MAX ? [`and ${countText(lines.length - LINES_MAX)} more lines: --json has all`] : []
  return [
    `${path}: ${lane} lane, ${size}`,
    `${span}, ${plural(instruments.length, 'instrument')}`,
    `hash ${facts.hash}${quick ? '' : ', every block checked'}`,
    ...(lines.length === 0 ? [] : ['', tableText(columns, lines.slice(0, LINES_MAX)), ...more]),
  ].join('\n')
}

function nameOf({ instruments }: TapeInfo, index: number): string {
  const instrument = instruments[index]
  return instrument === undefined ? '' : instrumentKey(instrument)
}

function bytesOf({ segments }: TapeInfo): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0)
}
