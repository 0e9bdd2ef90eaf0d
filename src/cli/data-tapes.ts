/**
 * Tapes of downloaded data: one per instrument and series of prices, with the funding that was downloaded beside it.
 *
 * In: the data folder. Out: tapes in DATA/tapes, each with a note of the files it was made from; a tape is made anew when
 * those have changed. Refuses, with the download command that mends it: data that is not there (data-selection.ts).
 *
 *   data/tapes/binance-usdm/BTCUSDT-klines-1m.tape
 *   data/tapes/binance-usdm/BTCUSDT-klines-1m.tape.json    what it was made from
 */
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { canonicalJson } from '../core/canonical-json.ts'
import { decodeUtf8, encodeUtf8 } from '../core/utf8.ts'
import type { FilePort } from '../live/ports.ts'
import { systemClock } from '../node/clock.ts'
import { nodeFiles } from '../node/files.ts'
import { openInputs } from '../node/input-files.ts'
import { DataCatalog, type DataFile } from '../store/download/catalog.ts'
import { dayOf } from '../store/download/days.ts'
import { seriesKey, seriesText, type Series } from '../store/download/series.ts'
import { importFiles } from '../store/import/import.ts'
import type { Rejection } from '../store/import/rejections.ts'
import type { ImportFile } from '../store/import/survey.ts'
import { readExchangeInfo } from '../venues/binance/exchange-info.ts'
import type { Terminal } from './command.ts'
import { isPriceSeries, selectData, type DataWish } from './data-selection.ts'
import { errorText } from './failures.ts'
import { countText, plural } from './table.ts'
import { TapeOutput } from './tape-output.ts'

/** Where downloads and their tapes are kept, below the working directory. */
export const DATA_FOLDER = 'data'

/** Raised when tapes made by an older program are to be made anew. */
const NOTE_FORMAT = 1
/** Rejections that are told one by one. */
const REJECTIONS_SHOWN = 3

/** A tape of downloaded data. */
export interface DataTape {
  readonly path: string
  readonly rows: number
  readonly hash: string
  /** What of the files could not be used. */
  readonly rejected: readonly Rejection[]
  /** False when it was there already. */
  readonly made: boolean
}

/** How a tape tells of its making. */
type Voice = Pick<Terminal, 'progress' | 'remark'>

const SILENT: Voice = { progress: () => undefined, remark: () => undefined }

/**
 * Paths of the tapes that hold what is wished, in the order of its symbols; tapes that are missing or out of date are made.
 * Throws UsageError that ends with the command to run when data is missing.
 */
export async function findTapes(
  wish: DataWish & { readonly dataDir: string },
  voice: Voice = SILENT,
): Promise<readonly string[]> {
  const catalog = await DataCatalog.open(nodeFiles(wish.dataDir))
  const today = dayOf(systemClock.nowMicros() / 1000)
  const selected = selectData(catalog, wish, today).filter(({ series }) => isPriceSeries(series))
  const paths: string[] = []
  for (const { series } of selected) {
    const tape = await makeTape(wish.dataDir, catalog, series, voice)
    tellRejected(tape, voice)
    paths.push(tape.path)
  }
  return paths
}

/** Makes the tape of a series of prices and all that is there of it, unless it is up to date. */
export async function makeTape(
  dataDir: string,
  catalog: DataCatalog,
  series: Series,
  voice: Voice = SILENT,
): Promise<DataTape> {
  const files = nodeFiles(dataDir)
  const below = `tapes/${series.venue}/${[series.symbol, series.kind, series.interval].filter((part) => part !== undefined).join('-')}.tape`
  const note = `${below}.json`
  const path = join(dataDir, below)
  const sources = [...filesOf(catalog, series), ...filesOf(catalog, fundingOf(series))]
  const rulesPath = catalog.rulesPath(series.venue, series.symbol)
  const rules = rulesPath === undefined ? undefined : await files.read(rulesPath)
  const madeFrom = await identityOf(files, sources, rules)
  const known = await readNote(files, note)
  if (known?.madeFrom === madeFrom && (await files.size(below)) !== undefined) return { ...known, path, made: false }

  await files.remove(note)
  mkdirSync(dirname(path), { recursive: true })
  const output = new TapeOutput(path)
  const inputs = await inputsOf(dataDir, sources)
  const { rows, hash, rejected } = await output.keepIfDone(() =>
    importFiles(inputs, (instruments) => output.open(instruments), {
      venue: series.venue,
      symbol: series.symbol,
      ...(rules === undefined ? {} : { instruments: readExchangeInfo(rules, series.venue).instruments }),
      progress: (progress) =>
        voice.progress(`making the tape of ${seriesText(series)}: ${countText(progress.rows)} rows`),
    }),
  )
  await files.write(
    note,
    encodeUtf8(`${JSON.stringify({ format: NOTE_FORMAT, madeFrom, rows, hash, rejected }, null, 1)}\n`),
  )
  return { path, rows, hash, rejected, made: true }
}

/** Says what of a tape's files could not be used. */
export function tellRejected({ path, rejected }: DataTape, voice: Pick<Terminal, 'remark'>): void {
  for (const { file, line, reason } of rejected.slice(0, REJECTIONS_SHOWN))
    voice.remark(errorText(`${file}, line ${line}: ${reason}`))
  const more = rejected.length - REJECTIONS_SHOWN
  if (more > 0) voice.remark(errorText(`${path}: ${plural(more, 'more rejection')} in ${path}.json`))
}

/** All that is there of a series, in time order. */
function filesOf(catalog: DataCatalog, series: Series): readonly DataFile[] {
  const days = catalog.series.find((known) => seriesKey(known.series) === seriesKey(series))?.days
  const [first, last] = [days?.[0], days?.at(-1)]
  return first === undefined || last === undefined
    ? []
    : catalog.select(series, { from: first.from, to: last.to }).files
}

function fundingOf({ venue, symbol }: Series): Series {
  return { venue, symbol, kind: 'fundingRate', interval: undefined }
}

async function inputsOf(dataDir: string, sources: readonly DataFile[]): Promise<readonly ImportFile[]> {
  const inputs: ImportFile[] = []
  for (const { path, fromMs, toMs } of sources)
    for (const file of await openInputs([join(dataDir, path)]))
      inputs.push({ file, stretch: { from: fromMs * 1000, to: toMs * 1000 } })
  return inputs
}

/** Differs whenever the files, the stretches that count of them, or the rules differ. */
async function identityOf(
  files: FilePort,
  sources: readonly DataFile[],
  rules: Uint8Array | undefined,
): Promise<string> {
  const parts: unknown[] = []
  for (const { path, fromMs, toMs } of sources) {
    const checksum = await files.read(`${path}.CHECKSUM`)
    const content = checksum === undefined ? ((await files.size(path)) ?? 0) : decodeUtf8(checksum)
    parts.push({ path, fromMs, toMs, content })
  }
  const text = canonicalJson({
    format: NOTE_FORMAT,
    sources: parts,
    rules: rules === undefined ? null : decodeUtf8(rules),
  })
  return createHash('sha256').update(text).digest('hex')
}

/** What is written beside a tape. */
interface Note {
  readonly madeFrom: string
  readonly rows: number
  readonly hash: string
  readonly rejected: readonly Rejection[]
}

/** A note that cannot be read makes the tape anew. */
async function readNote(files: FilePort, path: string): Promise<Note | undefined> {
  const content = await files.read(path)
  if (content === undefined) return undefined
  try {
    const note = JSON.parse(decodeUtf8(content)) as Note & { readonly format: number }
    return note.format === NOTE_FORMAT ? note : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
