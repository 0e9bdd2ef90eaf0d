/**
 * 64-bit external ids (trade, order and update ids) as two 32-bit words in one slot, read and written exactly.
 *
 * An id is never a number to this program: beyond 2^53 a double would name another trade.
 */
import type { RowBuffer } from './row-buffer.ts'

/** Writes a non-negative safe integer into the 8 bytes of slot `slot` (counted over the whole buffer). */
export function writeId(buffer: RowBuffer, slot: number, id: number): void {
  buffer.u32[slot * 2] = id >>> 0
  buffer.u32[slot * 2 + 1] = Math.floor(id / 4_294_967_296)
}

/** Writes any unsigned 64-bit id. */
export function writeBigId(buffer: RowBuffer, slot: number, id: bigint): void {
  buffer.u32[slot * 2] = Number(id & 0xffffffffn)
  buffer.u32[slot * 2 + 1] = Number((id >> 32n) & 0xffffffffn)
}

/** The id as exact decimal text. */
export function printId(buffer: RowBuffer, slot: number): string {
  const high = buffer.u32[slot * 2 + 1] as number
  const low = buffer.u32[slot * 2] as number
  return high < 0x200000 ? String(high * 4_294_967_296 + low) : ((BigInt(high) << 32n) | BigInt(low)).toString()
}

/** The id as a double: exact below 2^53, otherwise the nearest. Use for ordering only. */
export function idAsNumber(buffer: RowBuffer, slot: number): number {
  return (buffer.u32[slot * 2 + 1] as number) * 4_294_967_296 + (buffer.u32[slot * 2] as number)
}
