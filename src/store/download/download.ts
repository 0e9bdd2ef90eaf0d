/**
 * Download: brings days of public market data onto the disk.
 * In: a plan (plan.ts), ports, options. Out: a report with the local files of each series in time order, what was wrong and
 * what to do about it. Owns: the data folder (its layout is in site.ts) and the order of attempts (fallback.ts).
 * Refuses: files whose checksum is wrong twice, answers of an unexpected shape. Fails: never as a whole; each problem is in
 * the report, everything else is fetched, and the same command run again goes on where this one ended.
 */
import { FileError, type Clock, type FilePort, type HttpPort } from '../../live/ports.ts'
import { fetchArchive, type ArchiveContext } from './archive.ts'
import { DataCatalog, writeAbsent } from './catalog.ts'
import { dayText, firstDayOf, lastDayOf, spanText, type Day } from './days.ts'
import { Fallback } from './fallback.ts'
import { Listing } from './listing.ts'
import { PatientGetter } from './patient-get.ts'
import type { DownloadPlan, Piece } from './plan.ts'
import { runPool } from './pool.ts'
import { Progress, type OnProgress } from './progress.ts'
import { explainAbsent, ProblemList, seriesReports, type DownloadReport, type SeriesReport } from './report.ts'
import { RestClient } from './rest-client.ts'
import { fetchPart, removePart, type PartContext } from './rest-part.ts'
import { seriesText, type Series } from './series.ts'
import { addressesOf, periodSpan, stemOf, type Period } from './site.ts'

/** Files under way at one time, unless told otherwise. */
const PARALLEL = 4
/** Days without a file count as absent for good after this time; younger ones may still be published. */
const SETTLED_DAYS = 7

export interface DownloadPorts {
  readonly http: HttpPort
  /** Below the data folder. */
  readonly files: FilePort
  readonly clock: Clock
}

export interface DownloadOptions {
  /** Replaces the hosts of both the site and REST: a mirror, or a test. */
  readonly baseUrl?: string | undefined
  /** Files under way at one time; 4 by default. */
  readonly parallel?: number
  /** Ask the site again for the checksums of files that are there, and fetch those that it has corrected. */
  readonly verify?: boolean
  readonly onProgress?: OnProgress
  /** Asked between files and pages; true ends the download in good order. */
  readonly shouldStop?: () => boolean
}

/** Carries out a plan. Rejects only for bugs. */
export async function downloadAll(
  plan: DownloadPlan,
  ports: DownloadPorts,
  options: DownloadOptions = {},
): Promise<DownloadReport> {
  const run = new Run(plan, ports, options)
  await run.fetchEverything()
  return run.report()
}

class Run {
  readonly #plan: DownloadPlan
  readonly #files: FilePort
  readonly #parallel: number
  readonly #shouldStop: () => boolean
  readonly #progress: Progress
  readonly #listing: Listing
  readonly #archives: ArchiveContext
  readonly #parts: PartContext
  readonly #fallback: Fallback
  readonly #problems = new ProblemList()
  readonly #notes: string[]
  readonly #counts = { downloaded: 0, kept: 0, replaced: 0, fromRest: 0 }
  readonly #firstDays = new Map<string, Day | 'unknown'>()
  #rules: readonly string[] = []
  #stopped = false
  #diskRefuses = false

  constructor(plan: DownloadPlan, ports: DownloadPorts, options: DownloadOptions) {
    const { http, files, clock } = ports
    const progress = new Progress(options.onProgress ?? (() => undefined))
    const onWait = (reason: string, milliseconds: number): void => progress.wait(reason, milliseconds)
    const getter = new PatientGetter(clock, onWait)
    const addresses = addressesOf(plan.venue, options.baseUrl)
    const rest = new RestClient(plan.venue, addresses, getter, { http, clock }, onWait)
    const shouldStop = options.shouldStop ?? (() => false)
    this.#plan = plan
    this.#files = files
    this.#parallel = Math.max(1, options.parallel ?? PARALLEL)
    this.#shouldStop = shouldStop
    this.#progress = progress
    this.#listing = new Listing(rest)
    this.#archives = { http, files, getter, addresses, progress, verify: options.verify === true }
    this.#parts = { files, rest, progress, shouldStop }
    this.#fallback = new Fallback(plan.span, plan.today)
    this.#notes = [...plan.notes]
  }

  async fetchEverything(): Promise<void> {
    const pieces = this.#fallback.begin(this.#plan.pieces)
    this.#progress.add({ filesTotal: pieces.length })
    try {
      await runPool(this.#parallel, pieces, (piece) => this.#fetch(piece))
      if (!this.#stopped) await this.#saveRules()
    } catch (error) {
      // The disk refuses: nothing more can be stored, and what is stored stays.
      if (!(error instanceof FileError)) throw error
      this.#diskRefuses = true
      this.#problems.add(error.path, error.message, 'Then run the same command again: what is finished is kept.')
    }
  }

  async report(): Promise<DownloadReport> {
    const plan = this.#plan
    const reports: SeriesReport[] = []
    try {
      await this.#writeAbsent(await DataCatalog.open(this.#files, plan.series))
      const catalog = await DataCatalog.open(this.#files, plan.series)
      for (const selection of seriesReports(catalog, plan.series, plan.span, plan.today)) {
        reports.push(selection)
        if (this.#stopped) continue
        if (this.#firstDays.get(selection.series.symbol) === 'unknown' && selection.files.length === 0) continue
        const { firstDay } = catalog.absentDays(selection.series)
        this.#notes.push(...explainAbsent(selection, firstDay, plan.span, this.#problems))
        this.#notePending(selection)
      }
      await this.#explainUnknown(reports)
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      if (!this.#diskRefuses) this.#problems.add(error.path, error.message, 'Then run the same command again.')
    }
    const problems = this.#problems.list
    const { bytes, rows } = this.#progress.now
    return {
      complete: problems.length === 0 && !this.#stopped,
      series: reports,
      rules: this.#rules,
      counts: this.#counts,
      bytes,
      rows,
      problems,
      notes: this.#notes,
    }
  }

  /** Gets one piece; returns what to get instead when its source does not have it. */
  async #fetch(piece: Piece): Promise<readonly Piece[]> {
    if (this.#stopped || this.#shouldStop()) {
      this.#stop()
      return []
    }
    const { series, period } = piece
    const name = stemOf(series, period)
    this.#progress.add({ current: name })
    const instead = await this.#fetchOr(piece, name)
    this.#progress.add({ files: 1, filesTotal: instead.length, current: name })
    return instead
  }

  async #fetchOr(piece: Piece, name: string): Promise<readonly Piece[]> {
    const { series, period } = piece
    const firstDay = this.#knownFirstDay(series)
    if (firstDay !== undefined && periodSpan(period).to < firstDay) return this.#fallback.absent(piece, firstDay)
    if (piece.source === 'rest') return this.#fetchPart(piece, name)
    const outcome = await fetchArchive(this.#archives, series, period)
    switch (outcome.kind) {
      case 'kept':
      case 'downloaded':
      case 'replaced':
        this.#counts[outcome.kind]++
        this.#fallback.end(piece, 'done')
        if (outcome.kind !== 'kept') await this.#removeParts(series, period)
        return []
      case 'absent': {
        const learned = await this.#listing.firstDay(series.symbol)
        if (learned !== undefined) this.#firstDays.set(series.symbol, learned)
        return this.#fallback.absent(piece, typeof learned === 'number' ? learned : undefined)
      }
      case 'mismatch':
        this.#fallback.end(piece, 'failed')
        this.#problems.add(
          `${name}.zip`,
          `${outcome.url}: its SHA-256 is ${outcome.found}, but ${outcome.expected} is published; fetched twice.`,
          'Run the same command again later; if it stays so, the file of the venue is wrong: report it to them, or leave these days out.',
        )
        return []
      case 'failed':
        this.#fallback.end(piece, 'failed')
        this.#problems.refused(`${name}.zip`, outcome.refusal)
        return []
    }
  }

  async #fetchPart(piece: Piece, name: string): Promise<readonly Piece[]> {
    const outcome = await fetchPart(this.#parts, piece.series, piece.period)
    switch (outcome.kind) {
      case 'done':
        if (outcome.grown) this.#counts.fromRest++
        this.#fallback.end(piece, 'done')
        return []
      case 'absent':
        await this.#learnFirstDay(piece.series.symbol)
        return this.#fallback.absent(piece, undefined)
      case 'failed':
        this.#fallback.end(piece, 'failed')
        this.#problems.refused(`${name}.csv`, outcome.refusal)
        return []
      case 'stopped':
        this.#stop()
        return []
    }
  }

  async #learnFirstDay(symbol: string): Promise<void> {
    const learned = await this.#listing.firstDay(symbol)
    if (learned !== undefined) this.#firstDays.set(symbol, learned)
  }

  #knownFirstDay(series: Series): Day | undefined {
    const known = this.#firstDays.get(series.symbol)
    return typeof known === 'number' ? known : undefined
  }

  #stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#notes.push('Stopped before the end. Run the same command again: it goes on where this run stopped.')
  }

  /** What came from REST before is in the archive now. */
  async #removeParts(series: Series, period: Period): Promise<void> {
    await removePart(this.#files, series, period)
    if (period.kind === 'day') return
    for (let day = firstDayOf(period.month); day <= lastDayOf(period.month); day++) {
      await removePart(this.#files, series, { kind: 'day', day })
    }
  }

  async #saveRules(): Promise<void> {
    const { symbols, today } = this.#plan
    const saved = await this.#listing.saveRules(symbols, today, this.#files)
    this.#rules = saved.paths
    if (saved.refusal === undefined || saved.paths.length === symbols.length) return
    this.#notes.push(
      `The instruments' rules (tick, lot, limits) could not be had and will be inferred from the data: ${saved.refusal.message}`,
    )
  }

  /** Writes down first days and days that nobody has, so that the next plan leaves them out. */
  async #writeAbsent(catalog: DataCatalog): Promise<void> {
    const { series: all, span, today } = this.#plan
    for (const series of all) {
      const known = catalog.absentDays(series)
      const firstDay = this.#knownFirstDay(series) ?? known.firstDay
      const days = new Set([...known.days].filter((day) => !catalog.hasArchive(series, { kind: 'day', day })))
      for (let day = span.from; day <= Math.min(span.to, today - SETTLED_DAYS); day++) {
        if (day >= (firstDay ?? 0) && this.#fallback.isAbsent(series, day)) days.add(day)
      }
      if (firstDay === known.firstDay && days.size === known.days.size) continue
      if (this.#firstDays.get(series.symbol) === 'unknown' && catalog.select(series, span).files.length === 0) continue
      await writeAbsent(this.#files, series, { firstDay, days })
    }
  }

  /** Days that no source has yet, though they are young enough to come. */
  #notePending(selection: SeriesReport): void {
    const { series, missing } = selection
    const pending = missing.filter(
      ({ from, to }) => this.#fallback.isAbsent(series, from) && this.#fallback.isAbsent(series, to),
    )
    if (pending.length === 0) return
    const hint = series.kind === 'trades' ? ' --agg-trades may have them from REST.' : ''
    this.#notes.push(
      `${seriesText(series)}: ${pending.map(spanText).join(', ')} not published yet; daily files come the next day. Run the same command again then.${hint}`,
    )
  }

  async #explainUnknown(reports: readonly SeriesReport[]): Promise<void> {
    for (const symbol of this.#plan.symbols) {
      if (this.#firstDays.get(symbol) !== 'unknown') continue
      const files = reports.some(({ series, files }) => series.symbol === symbol && files.length > 0)
      if (files) {
        this.#notes.push(`${symbol} does not trade at ${this.#plan.venue} any more; what was published is here.`)
        continue
      }
      const names = await this.#listing.suggest(symbol)
      const meant = names.length > 0 ? `Did you mean ${names.join(' or ')}? ` : ''
      this.#problems.add(
        symbol,
        `${this.#plan.venue} has no symbol ${symbol}, and nothing is published under this name for ${dayText(this.#plan.span.from)} to ${dayText(this.#plan.span.to)}.`,
        `${meant}Symbols are written as the venue does, such as BTCUSDT; another venue is chosen with --venue.`,
      )
    }
  }
}
