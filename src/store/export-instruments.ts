/** The instrument table of a tape as a table: the rules under which prices and quantities count. */
import type { Instrument } from '../core/market/instrument.ts'
import { TableBatch, type Column, type ColumnType, type TableStore } from '../core/tape/table.ts'

/** Columns by field; rules count the instrument's quanta, as the fields' own documentation says. */
const COLUMNS: readonly (readonly [keyof Instrument, string, ColumnType['kind']])[] = [
  ['venue', 'venue', 'text'],
  ['symbol', 'symbol', 'text'],
  ['version', 'instrument_version', 'int64'],
  ['market', 'market', 'text'],
  ['base', 'base', 'text'],
  ['quote', 'quote', 'text'],
  ['settle', 'settle', 'text'],
  ['contractSize', 'contract_size', 'text'],
  ['priceDecimals', 'price_decimals', 'int64'],
  ['quantityDecimals', 'quantity_decimals', 'int64'],
  ['markDecimals', 'mark_decimals', 'int64'],
  ['tickSize', 'tick_size_price_quanta', 'int64'],
  ['stepSize', 'step_size_quantity_quanta', 'int64'],
  ['minQuantity', 'min_quantity_quanta', 'int64'],
  ['maxQuantity', 'max_quantity_quanta', 'int64'],
  ['minNotionalMicros', 'min_notional_micros', 'int64'],
  ['inferred', 'inferred', 'boolean'],
]

/** Writes the table `instruments`. */
export async function writeInstruments(instruments: readonly Instrument[], store: TableStore): Promise<void> {
  const columns = COLUMNS.map(([, name, kind]): Column => ({ name, type: { kind } as ColumnType }))
  const table = { name: 'instruments', columns }
  const batch = new TableBatch(table, Math.max(1, instruments.length))
  for (const instrument of instruments) {
    for (const [i, [field]] of COLUMNS.entries()) {
      const data = batch.columns[i]
      const value = instrument[field]
      if (data?.type.kind === 'text') data.setText(batch.rows, String(value))
      else if (data?.type.kind === 'boolean') data.setWord(batch.rows, value === true ? 1 : 0)
      else data?.setInteger(batch.rows, Number(value))
    }
    batch.rows++
  }
  const writer = await store.create(table)
  if (batch.rows > 0) await writer.write(batch)
}
