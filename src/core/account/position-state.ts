/** What happens to positions off the fill path: checkpoints, and the change of an instrument's lots. */
import { instrumentKey } from '../market/instrument.ts'
import { scaleOf } from '../number/decimal.ts'
import { I128Array } from '../number/i128.ts'
import { NO_INSTRUMENT } from '../tape/layout.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import { AccountError } from './account-error.ts'
import type { PositionTable } from './positions.ts'

const SECTION = 'positions'
const VERSION = 1

/** Writes the rows of a table that were ever used, so that a large, quiet table makes a small checkpoint. */
export function savePositions(table: PositionTable, writer: StateWriter): void {
  const used: number[] = []
  for (let index = 0; index < table.rows; index += 1) if (table.instrument[index] !== NO_INSTRUMENT) used.push(index)
  writer.begin(SECTION, VERSION)
  writer.u32(table.rows)
  writer.u32s(Uint32Array.from(used))
  for (const index of used) {
    writer.i32(table.instrument[index] as number)
    for (const column of countColumns(table)) writer.f64(column[index] as number)
    for (const column of amountColumns(table)) writer.u32s(column.words, index * 4, 4)
  }
  writer.u32(table.otherFees.filter((column) => column !== undefined).length)
  for (const [asset, column] of table.otherFees.entries()) {
    if (column === undefined) continue
    writer.u32(asset)
    for (const index of used) writer.u32s(column.words, index * 4, 4)
  }
  writer.end()
}

/** Reads what `savePositions` wrote. Throws AccountError when the table has another size, StateError on damage. */
export function loadPositions(table: PositionTable, reader: StateReader): void {
  reader.begin(SECTION, VERSION)
  const rows = reader.u32()
  if (rows !== table.rows)
    throw new AccountError(
      'mismatch',
      `a checkpoint of ${rows} positions does not fit a table of ${table.rows}: use the session's own configuration`,
    )
  table.instrument.fill(NO_INSTRUMENT)
  for (const column of countColumns(table)) column.fill(0)
  for (const column of amountColumns(table)) column.words.fill(0)
  table.otherFees.fill(undefined)
  const used = reader.u32s()
  for (const index of used) {
    table.instrument[index] = reader.i32()
    for (const column of countColumns(table)) column[index] = reader.f64()
    for (const column of amountColumns(table)) column.words.set(reader.u32s(), index * 4)
  }
  for (let left = reader.u32(); left > 0; left -= 1) {
    const column = new I128Array(rows)
    table.otherFees[reader.u32()] = column
    for (const index of used) column.words.set(reader.u32s(), index * 4)
  }
  reader.end()
  const { settlement, openCost } = table
  openCost.words.fill(0)
  for (const index of used) {
    const instrument = table.instrument[index] as number
    if (settlement.spot[instrument] === 0) openCost.add(settlement.money[instrument] as number, index, table.cost)
  }
}

/**
 * Counts a position in the lots of instrument `next`. Throws AccountError, and changes nothing, when `next` is no version of
 * the position's instrument with the same contract, or its lots are too coarse for what is held.
 */
export function recountLots(table: PositionTable, index: number, next: number): void {
  const { settlement } = table
  const to = settlement.instruments[next]
  if (to === undefined)
    throw new AccountError(
      'mismatch',
      `position ${index}: instrument ${next} is not in the session's table of ${settlement.instruments.length}`,
    )
  const previous = table.instrument[index] as number
  const from = settlement.instruments[previous]
  if (from === undefined) return
  const name = `position ${index} in ${settlement.nameOf(previous)}`
  const same =
    instrumentKey(from) === instrumentKey(to) &&
    from.market === to.market &&
    from.contractSize === to.contractSize &&
    settlement.money[previous] === settlement.money[next]
  if (!same)
    throw new AccountError(
      'mismatch',
      `${name} cannot go on as ${settlement.nameOf(next)} version ${to.version}: another symbol, market, contract size or settle asset; close it first`,
    )
  const held = table.held(index)
  const lot = BigInt(scaleOf(settlement.lotScale[next] as number))
  const dust = held % lot
  if (from.market !== 'spot' && dust !== 0n)
    throw new AccountError(
      'mismatch',
      `${name}: ${to.quantityDecimals} decimals of version ${to.version} do not hold its quantity; close it first`,
    )
  table.quantity[index] = Number(held / lot)
  table.dust.set(index, dust)
  const finer = to.quantityDecimals - from.quantityDecimals
  const most = table.maxQuantity[index] as number
  table.maxQuantity[index] = finer < 0 ? Math.ceil(most / scaleOf(-finer)) : most * scaleOf(finer)
}

function countColumns(table: PositionTable): readonly Float64Array[] {
  return [table.quantity, table.fills, table.openedAt, table.maxQuantity]
}

function amountColumns(table: PositionTable): readonly I128Array[] {
  return [table.dust, table.cost, table.realised, table.fees, table.baseFees, table.funding, table.turnover]
}
