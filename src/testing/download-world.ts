/**
 * Everything a download test needs: a fixture site, a clock that stands still, a temporary data folder on the real disk,
 * and a reader of what was downloaded that shares no code with the importer.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import type { FilePort } from '../live/ports.ts'
import { nodeFiles } from '../node/files.ts'
import { nodeHttp } from '../node/http.ts'
import { DataCatalog, type DataFile } from '../store/download/catalog.ts'
import { dayOf, parseSpan } from '../store/download/days.ts'
import { downloadAll, type DownloadOptions } from '../store/download/download.ts'
import { planDownload, type DownloadPlan } from '../store/download/plan.ts'
import type { DownloadReport } from '../store/download/report.ts'
import type { DataKind, PublicVenue } from '../store/download/series.ts'
import { ManualClock } from './manual-clock.ts'
import { PublicDataSite, type PublicDataSiteOptions } from './public-data-site.ts'

/** What a test downloads, as on a command line: `kinds` such as `klines 1m` or `trades`. */
export interface Wish {
  readonly venue?: PublicVenue
  readonly symbols?: readonly string[]
  readonly kinds: readonly string[]
  readonly last?: string
  readonly from?: string
  readonly to?: string
}

export class DownloadWorld {
  readonly site: PublicDataSite
  readonly clock: ManualClock
  readonly files: FilePort
  /** The data folder. */
  readonly folder: string

  private constructor(site: PublicDataSite, clock: ManualClock, folder: string) {
    this.site = site
    this.clock = clock
    this.folder = folder
    this.files = nodeFiles(folder)
  }

  /** Runs a test in a world of its own that begins at `start`. */
  static async run(
    start: string,
    body: (world: DownloadWorld) => Promise<void>,
    options: Omit<PublicDataSiteOptions, 'now'> = {},
  ): Promise<void> {
    const clock = new ManualClock(start)
    const site = await PublicDataSite.start({ ...options, now: () => clock.nowMs })
    const folder = mkdtempSync(join(tmpdir(), 'tapewright-download-'))
    try {
      await body(new DownloadWorld(site, clock, folder))
    } finally {
      await site.stop()
      rmSync(folder, { recursive: true })
    }
  }

  async plan(wish: Wish): Promise<DownloadPlan> {
    const today = dayOf(this.clock.nowMs)
    const span = parseSpan(wish, today)
    if (!span.ok) throw new Error(span.message)
    const wanted = wish.kinds.map((text) => {
      const [kind, interval] = text.split(' ')
      return { kind: kind as DataKind, interval }
    })
    const request = {
      venue: wish.venue ?? 'binance-usdm',
      symbols: wish.symbols ?? ['BTCUSDT'],
      wanted,
      span: span.span,
    }
    const result = planDownload(request, today, await DataCatalog.open(this.files))
    if (!result.ok) throw new Error(result.messages.join('\n'))
    return result.plan
  }

  async download(wish: Wish, options: DownloadOptions = {}): Promise<DownloadReport> {
    const ports = { http: nodeHttp, files: this.files, clock: this.clock }
    return downloadAll(await this.plan(wish), ports, { baseUrl: this.site.url, ...options })
  }

  /** Rows of a downloaded file that count, without header; times brought to milliseconds. */
  rows(file: DataFile): string[][] {
    const content = readFileSync(join(this.folder, file.path))
    const text = file.path.endsWith('.zip') ? unzip(content) : content.toString()
    const time = TIME_COLUMN[file.series.kind]
    return text
      .split('\n')
      .filter((line) => /^\d/.test(line))
      .map((line) => line.split(','))
      .filter((cells) => {
        const ms = millis(cells[time] ?? '')
        return ms >= file.fromMs && ms < file.toMs
      })
  }
}

/** The column that says to which stretch of time a row belongs. */
export const TIME_COLUMN: Readonly<Record<DataKind, number>> = {
  klines: 0,
  markPriceKlines: 0,
  trades: 4,
  aggTrades: 5,
  fundingRate: 0,
}

export function millis(cell: string): number {
  return cell.length > 14 ? Math.floor(Number(cell) / 1000) : Number(cell)
}

/** The one entry of a zip file. */
export function unzip(zip: Buffer): string {
  const packed = zip.readUInt32LE(18)
  const start = 30 + zip.readUInt16LE(26) + zip.readUInt16LE(28)
  return inflateRawSync(zip.subarray(start, start + packed)).toString()
}
