/**
 * A file's content as blocks of whole lines, in bounded memory: one block at a time, over and over in the same memory.
 *
 * Lines that are longer than a block make it grow, up to a limit. A last line without a line break counts as a line. When
 * the file cannot be read to its end, everything up to its last whole line is given first, and then the error.
 */
import { InputError, type InputFile } from '../../live/input-files.ts'

const BLOCK_BYTES = 1 << 18
/** No message of a venue comes near; a file without line breaks must not fill the memory. */
const LONGEST_LINE = 1 << 26
/** Readers may look this far behind the end of a line. */
export const LOOKAHEAD = 64
const NEWLINE = 0x0a
const RETURN = 0x0d

export interface LineBlock {
  /** Memory of the block; replaced when it has to grow. */
  bytes: Uint8Array
  /** Whole lines are in bytes[0, end); the last may lack its line break only at the end of the file. */
  end: number
  /** Offset of bytes[0] in the unpacked file. */
  offset: number
}

/** The blocks of a file. A block is overwritten when the next is asked for. */
export async function* lineBlocks(file: InputFile): AsyncGenerator<LineBlock, void, undefined> {
  const block: LineBlock = { bytes: new Uint8Array(BLOCK_BYTES + LOOKAHEAD), end: 0, offset: 0 }
  /** Bytes in use, of which those from block.end on are an unfinished line. */
  let filled = 0
  let failure: InputError | undefined
  try {
    for await (const piece of file.read()) {
      let at = 0
      while (at < piece.length) {
        if (filled === block.bytes.length - LOOKAHEAD) {
          block.end = behindLastBreak(block.bytes, filled)
          if (block.end === 0) grow(block, filled)
          else {
            yield block
            filled = keepRest(block, filled)
          }
        }
        const room = block.bytes.length - LOOKAHEAD - filled
        const taken = piece.subarray(at, at + room)
        block.bytes.set(taken, filled)
        filled += taken.length
        at += taken.length
      }
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    failure = error
  }
  block.end = failure === undefined ? filled : behindLastBreak(block.bytes, filled)
  if (block.end > 0) yield block
  if (failure !== undefined) throw failure
}

/** Moves the unfinished line to the front; returns its length. */
function keepRest(block: LineBlock, filled: number): number {
  block.bytes.copyWithin(0, block.end, filled)
  block.offset += block.end
  return filled - block.end
}

function grow(block: LineBlock, filled: number): void {
  if (filled >= LONGEST_LINE) {
    throw new InputError(
      `a line of more than ${LONGEST_LINE >> 20} MB begins at byte ${block.offset}: is this a file of lines?`,
    )
  }
  const larger = new Uint8Array(filled * 2 + LOOKAHEAD)
  larger.set(block.bytes.subarray(0, filled))
  block.bytes = larger
}

/** The place behind the last line break before `end`; 0 without one. */
function behindLastBreak(bytes: Uint8Array, end: number): number {
  return end === 0 ? 0 : bytes.lastIndexOf(NEWLINE, end - 1) + 1
}

/** Where the line that begins at `start` ends: before its line break, a carriage return included. */
export function endOfLine(bytes: Uint8Array, start: number, limit: number): number {
  const at = bytes.indexOf(NEWLINE, start)
  const end = at < 0 || at > limit ? limit : at
  return end > start && bytes[end - 1] === RETURN ? end - 1 : end
}

/** The start of the line behind one that ends at `end`. */
export function nextLine(bytes: Uint8Array, end: number, limit: number): number {
  let p = end
  if (p < limit && bytes[p] === RETURN) p++
  if (p < limit && bytes[p] === NEWLINE) p++
  return p
}
