/** Tapes as commands read them: opened with a remark on what is torn, walked with progress, closed whatever happens. */
import type { RowBuffer } from '../core/tape/row-buffer.ts'
import { openTape, type OpenTape } from '../node/tape-reader.ts'
import { UsageError } from './command.ts'
import type { Arguments, Terminal } from './command.ts'
import { countText } from './table.ts'

/** The one tape that a command was given. */
export function onlyTape(args: Arguments, command: string): string {
  const [path, ...more] = args.positionals
  if (path === undefined || more.length > 0)
    throw new UsageError(`name one tape, such as: tapewright ${command} btc.tape (tapewright import makes tapes)`)
  return path
}

/** Opens a tape and remarks on torn tails. Throws TapeError. */
export async function openForCommand(path: string, terminal: Terminal): Promise<OpenTape> {
  const tape = await openTape(path)
  for (const { file, cutBytes, keptRows } of tape.report.torn)
    terminal.remark(
      `${file}: its last ${countText(cutBytes)} bytes are torn and left out; the ${countText(keptRows)} rows before them are whole`,
    )
  return tape
}

/** Shows every buffer to `visit`, which may end the walk by returning false. Closes the tape. Returns the rows read. */
export async function walkTape(
  tape: OpenTape,
  terminal: Terminal,
  visit: (buffer: RowBuffer) => boolean | undefined,
): Promise<number> {
  let rows = 0
  try {
    for (let buffer = await tape.next(); buffer !== undefined; buffer = await tape.next()) {
      rows += buffer.length
      const goOn = visit(buffer)
      tape.release(buffer)
      terminal.progress(`${countText(rows)} rows`)
      if (goOn === false) break
    }
  } finally {
    await tape.close()
  }
  return rows
}
