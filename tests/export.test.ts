import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api'
import { KIND_FIELDS } from '../src/core/tape/fields.ts'
import { writeBigId } from '../src/core/tape/ids.ts'
import { BEST_BID_ASK, CANDLE, TRADE } from '../src/core/tape/kinds.ts'
import { RowBuffer } from '../src/core/tape/row-buffer.ts'
import type { TapeSource } from '../src/core/tape/source.ts'
import type { TableStore } from '../src/core/tape/table.ts'
import { csvTables } from '../src/node/csv-tables.ts'
import { parquetTables } from '../src/node/duckdb-tables.ts'
import { exportTape, type ExportResult } from '../src/store/export.ts'
import { sampleInstruments, sampleRecords } from '../src/testing/sample-records.ts'
import { plainRows, scratchFolder } from '../src/testing/tape-files.ts'

/** Rows in memory as a tape. */
function tapeOf(...buffers: readonly RowBuffer[]): TapeSource {
  const queue = [...buffers]
  return {
    instruments: sampleInstruments,
    hash: '',
    next: async () => queue.shift(),
    release: () => undefined,
    close: async () => undefined,
  }
}

let connection: Promise<DuckDBConnection> | undefined

after(async () => (await connection)?.closeSync())

/** What DuckDB reads from files: integers as BigInts, everything else as text. */
async function query(sql: string): Promise<readonly (readonly unknown[])[]> {
  connection ??= DuckDBInstance.create(':memory:').then((instance) => instance.connect())
  const rows = (await (await connection).runAndReadAll(sql)).getRows()
  const plain = (value: DuckDBValue): unknown =>
    typeof value === 'bigint' || value === null ? value : (value as { toString(): string }).toString()
  return rows.map((row) => row.map(plain))
}

function exportSamples(store: TableStore): Promise<ExportResult> {
  return exportTape(tapeOf(sampleRecords()), store)
}

test('every kind has a table, and each holds its rows', async (context) => {
  const folder = scratchFolder(context)
  const { tables, records, skipped } = await exportSamples(await parquetTables(folder))
  const wanted = [...KIND_FIELDS.map(({ table }) => table), 'depth-levels', 'instruments']
  assert.deepEqual(readdirSync(folder).sort(), wanted.map((name) => `${name}.parquet`).sort())
  assert.equal(records, KIND_FIELDS.length)
  assert.equal(skipped.size, 0)
  for (const { name, file, rows } of tables) {
    assert.equal(rows, name === 'depth-levels' ? 12 : name === 'instruments' ? 2 : 1, name)
    assert.deepEqual(await query(`SELECT count(*) FROM '${file}'`), [[BigInt(rows)]])
  }
})

test('values are exact, with their units in the names of the columns', async (context) => {
  const folder = scratchFolder(context)
  await exportSamples(await parquetTables(folder))
  const one = async (table: string, columns: string) =>
    (await query(`SELECT ${columns} FROM '${join(folder, `${table}.parquet`)}'`))[0]
  assert.deepEqual(
    await one('trades', 'append_time_us, venue, symbol, taker_side, price_quanta, price, quantity, id'),
    [1_723_075_200_001_000n, 'binance-usdm', 'BTCUSDT', 'sell', 612_345n, '61234.500000', '0.017', 5_193_123_456n],
  )
  assert.deepEqual(await one('candles', 'symbol, closed, derived, open, volume, quote_volume, interval_us'), [
    '1000SHIBUSDT',
    'true',
    'false',
    '0.013250',
    '9876543.000',
    '131234.567890',
    60_000_000n,
  ])
  assert.deepEqual(await one('fills', 'sequence, maker, side, why, fee_asset, fee, trade_id, trade_id_text'), [
    19n,
    'true',
    'sell',
    'queue-reached',
    'USDT',
    '-0.030617300000000000',
    5_193_123_461n,
    null,
  ])
  assert.deepEqual(await one('order-updates', 'status, error, venue_order_id, venue_order_id_text'), [
    'rejected',
    -2019n,
    null,
    '10111213-1415-1617-1819-1a1b1c1d1e1f',
  ])
  assert.deepEqual(await one('mark-prices', 'mark_quanta, mark, funding_rate'), [
    6_123_456_000_000n,
    '61234.56000000',
    '-0.000012345678',
  ])
  assert.deepEqual(await one('gaps', 'expected, received, reason'), [
    5_129_000_001_301n,
    18_446_744_073_709_551_615n,
    'update-ids',
  ])
  assert.deepEqual(await one('blocked-orders', 'cause, n, codes'), [41n, '3', 'paused+below-minimum'])
  assert.deepEqual(await one('requests', 'operation, intent, client_order_id'), ['place', 58n, 'tw-1-58'])
  assert.deepEqual(await one('texts', 'text_number, content'), [1n, 'drop of 1 %'])
  assert.deepEqual(await one('signals', 'direction, stop, take_profit'), ['long', '60009.800000', null])
  assert.deepEqual(await one('instrument-versions', 'symbol, next_instrument'), [
    'BTCUSDT',
    'binance-usdm:1000SHIBUSDT v1',
  ])
})

test('each level of a book is a row with the ids of its event', async (context) => {
  const folder = scratchFolder(context)
  await exportSamples(await parquetTables(folder))
  const columns = 'event, first_update_id, version, side, level, price, quantity'
  const rows = await query(`SELECT ${columns} FROM '${join(folder, 'depth-levels.parquet')}' LIMIT 7`)
  const diff = ['depth-diff', 5_129_000_001_235n, 5_129_000_001_300n]
  assert.deepEqual(rows, [
    [...diff, 'bid', '0', '61234.500000', '9.000'],
    [...diff, 'bid', '1', '61234.000000', '0.000'],
    [...diff, 'bid', '2', '61230.000000', '0.055'],
    [...diff, 'bid', '3', '50000.000000', '0.001'],
    [...diff, 'ask', '0', '61234.600000', '3.100'],
    [...diff, 'ask', '1', '61235.000000', '0.000'],
    ['depth-snapshot', null, 5_129_000_001_400n, 'bid', '0', '61234.500000', '9.000'],
  ])
})

test('CSV and Parquet hold the same values', async (context) => {
  const [parquet, csv] = [join(scratchFolder(context), 'parquet'), join(scratchFolder(context), 'csv')]
  const { tables } = await exportSamples(await parquetTables(parquet))
  const written = await exportSamples(await csvTables(csv))
  assert.deepEqual(
    written.tables.map(({ name, rows }) => [name, rows]),
    tables.map(({ name, rows }) => [name, rows]),
  )
  for (const { name } of tables) {
    const left = await query(`SELECT COLUMNS(*)::VARCHAR FROM '${join(parquet, `${name}.parquet`)}'`)
    const options = `header = true, all_varchar = true, nullstr = ''`
    const right = await query(`SELECT * FROM read_csv('${join(csv, `${name}.csv`)}', ${options})`)
    assert.deepEqual(right, left, name)
  }
})

test('a text with quotation marks, commas and line ends survives CSV', async (context) => {
  const folder = scratchFolder(context)
  await exportSamples(await csvTables(folder))
  const lines = readFileSync(join(folder, 'configurations.csv'), 'utf8').split('\r\n')
  assert.match(lines[1] ?? '', /,"\{""epoch"":1,""leverage"":5\}"$/)
})

test('more rows than wait in memory come out once each, in order, with exact sums', async (context) => {
  const folder = scratchFolder(context)
  const count = 550_000
  const buffers = Array.from({ length: 11 }, (_, i) => plainRows(count / 11, (count / 11) * i))
  await exportTape(tapeOf(...buffers), await parquetTables(folder))
  let prices = 0n
  let quantities = 0n
  for (const { f64, length } of buffers) {
    for (let row = 0; row < length; row++) {
      prices += BigInt(f64[row * 8 + BEST_BID_ASK.bid] as number)
      quantities += BigInt(f64[row * 8 + BEST_BID_ASK.bidQuantity] as number)
    }
  }
  const file = join(folder, 'best-bid-ask.parquet')
  const [sums] = await query(
    `SELECT count(*), sum(bid_quanta)::VARCHAR, sum(bid_quantity_quanta)::VARCHAR, count(DISTINCT append_time_us) FROM '${file}'`,
  )
  assert.deepEqual(sums, [BigInt(count), String(prices), String(quantities), BigInt(count)])
  const disordered = `SELECT count(*) FROM (SELECT append_time_us - lag(append_time_us) OVER () AS step FROM '${file}') WHERE step <= 0`
  assert.deepEqual(await query(disordered), [[0n]])
})

test('counts, decimals and ids at the ends of their ranges are exact', async (context) => {
  const folder = scratchFolder(context)
  const rows = new RowBuffer(8)
  const trade = rows.append(TRADE.kind, 0, 1, 0, 0)
  rows.f64[trade * 8 + TRADE.price] = Number.MAX_SAFE_INTEGER
  rows.f64[trade * 8 + TRADE.quantity] = 1
  writeBigId(rows, trade * 8 + TRADE.id, 2n ** 64n - 1n)
  const candle = rows.append(CANDLE.kind, 0, 1, 1, 1)
  rows.u32.fill(0xffff_ffff, candle * 16 + CANDLE.quoteVolume * 2, candle * 16 + CANDLE.quoteVolume * 2 + 2)
  await exportTape(tapeOf(rows), await parquetTables(folder))
  // Two instruments with 1 and 6 decimals share a column with 6: the first's counts grow beyond 2^53 on the way.
  assert.deepEqual(await query(`SELECT price, price_quanta, id FROM '${join(folder, 'trades.parquet')}'`), [
    ['900719925474099.100000', 9_007_199_254_740_991n, 18_446_744_073_709_551_615n],
  ])
  assert.deepEqual(await query(`SELECT quote_volume FROM '${join(folder, 'candles.parquet')}'`), [
    ['18446744073709.551615'],
  ])
})

test('kinds of a newer build are counted and left out', async (context) => {
  const folder = scratchFolder(context)
  const rows = new RowBuffer(4)
  rows.append(60, 0, 1, 0, 1)
  rows.append(60, 0, 1, 0, 0)
  const { tables, skipped } = await exportTape(tapeOf(rows), await csvTables(folder))
  assert.deepEqual([...skipped], [[60, 2]])
  assert.deepEqual(
    tables.map(({ name }) => name),
    ['instruments'],
  )
})

test('a row with a value that no writer writes is named, and nothing is left behind', async (context) => {
  for (const open of [csvTables, parquetTables]) {
    const folder = scratchFolder(context)
    const rows = plainRows(3)
    rows.f64[2 * 8 + BEST_BID_ASK.ask] = 0.5
    const message =
      /record 3 cannot be exported: ask_quanta is 0\.5, no integer; it is best-bid-ask binance-usdm:BTCUSDT/
    await assert.rejects(exportTape(tapeOf(rows), await open(folder)), message)
    assert.deepEqual(readdirSync(folder), [])
  }
})
