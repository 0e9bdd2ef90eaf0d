/**
 * One file of the public-data site: its checksum first, then the file, resumed where a former run stopped, verified, and
 * only then under its name. In: series and period. Out: a file whose SHA-256 is the published one, or why not.
 * Owns: the `.part` file. A wrong checksum is fetched once more from the beginning; twice wrong is an error.
 */
import type { BodySink, FileAppender, FilePort, HttpPort } from '../../live/ports.ts'
import { decodeUtf8, encodeUtf8 } from '../../core/utf8.ts'
import { TIMEOUT_MS, type PatientGetter } from './patient-get.ts'
import type { Progress } from './progress.ts'
import { explainNonsense, type Refusal } from './refusal.ts'
import type { Series } from './series.ts'
import { localPath, parseChecksum, sitePath, stemOf, type Addresses, type Period } from './site.ts'

/** How often a file is fetched before its checksum counts as wrong. */
const ATTEMPTS = 2

export type ArchiveOutcome =
  /** It was there already. */
  | { readonly kind: 'kept' }
  | { readonly kind: 'downloaded' }
  /** It was there, but the venue has corrected it since, or it was damaged on the disk. */
  | { readonly kind: 'replaced' }
  /** The site has no such file. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly refusal: Refusal }
  /** Fetched twice, wrong twice. */
  | { readonly kind: 'mismatch'; readonly url: string; readonly expected: string; readonly found: string }

export interface ArchiveContext {
  readonly http: HttpPort
  readonly files: FilePort
  readonly getter: PatientGetter
  readonly addresses: Addresses
  readonly progress: Progress
  /** Ask the site again for the checksums of files that are there. */
  readonly verify: boolean
}

/** Makes sure that the file of this period is on the disk. */
export async function fetchArchive(context: ArchiveContext, series: Series, period: Period): Promise<ArchiveOutcome> {
  const { files } = context
  const path = `${localPath(series, period)}.zip`
  const digest = await files.sha256(path)
  if (digest !== undefined && !context.verify && (await localChecksum(files, path)) === digest) return { kind: 'kept' }

  const url = context.addresses.files + sitePath(series, period)
  const name = `${stemOf(series, period)}.zip`
  for (let attempt = 1; ; attempt++) {
    const published = await publishedChecksum(context, url, name)
    // The site has withdrawn it, or never had it: what is whole here stays.
    if (published.kind === 'absent' && digest !== undefined) return keepWithdrawn(files, path, url, digest)
    if (published.kind !== 'checksum') return published
    if (digest === published.digest) {
      await writeChecksum(files, path, name, digest)
      return { kind: 'kept' }
    }
    const found = await fetchPartFile(context, url, `${path}.part`)
    if (typeof found !== 'string') return found
    if (found === published.digest) {
      await files.rename(`${path}.part`, path)
      await writeChecksum(files, path, name, found)
      return { kind: digest === undefined ? 'downloaded' : 'replaced' }
    }
    await files.remove(`${path}.part`)
    if (attempt >= ATTEMPTS) return { kind: 'mismatch', url, expected: published.digest, found }
  }
}

async function keepWithdrawn(files: FilePort, path: string, url: string, digest: string): Promise<ArchiveOutcome> {
  const expected = await localChecksum(files, path)
  if (expected === undefined || expected === digest) return { kind: 'kept' }
  return { kind: 'mismatch', url, expected, found: digest }
}

type Published =
  { readonly kind: 'checksum'; readonly digest: string } | Extract<ArchiveOutcome, { kind: 'absent' | 'failed' }>

async function publishedChecksum(context: ArchiveContext, url: string, name: string): Promise<Published> {
  const address = `${url}.CHECKSUM`
  const outcome = await context.getter.get(address, () => context.http.request(getRequest(address, [])))
  if (outcome.kind === 'refused') return { kind: 'failed', refusal: outcome.refusal }
  if (outcome.reply.status === 404) return { kind: 'absent' }
  const digest = parseChecksum(decodeUtf8(outcome.reply.body), name)
  if (digest === undefined) {
    return { kind: 'failed', refusal: explainNonsense(address, 'something that is no checksum of this file') }
  }
  return { kind: 'checksum', digest }
}

async function localChecksum(files: FilePort, path: string): Promise<string | undefined> {
  const content = await files.read(`${path}.CHECKSUM`)
  return content && parseChecksum(decodeUtf8(content), path.slice(path.lastIndexOf('/') + 1))
}

async function writeChecksum(files: FilePort, path: string, name: string, digest: string): Promise<void> {
  await files.write(`${path}.CHECKSUM`, encodeUtf8(`${digest}  ${name}\n`))
}

/** Fetches what is missing of the part file; returns the digest of the whole. */
async function fetchPartFile(
  context: ArchiveContext,
  url: string,
  part: string,
): Promise<string | Extract<ArchiveOutcome, { kind: 'absent' | 'failed' }>> {
  const { files, http, getter, progress } = context
  let sink = new PartSink(files, part, 0, progress)
  const outcome = await getter.get(
    url,
    async () => {
      const have = (await files.size(part)) ?? 0
      sink = new PartSink(files, part, have, progress)
      try {
        return await http.stream(getRequest(url, have > 0 ? [['Range', `bytes=${have}-`]] : []), sink)
      } finally {
        await sink.close()
      }
    },
    () => sink.written > 0,
  )
  if (outcome.kind === 'refused') return { kind: 'failed', refusal: outcome.refusal }
  if (outcome.reply.status === 404) return { kind: 'absent' }
  // 416: the part is as long as the file or longer; the checksum tells which.
  return (await files.sha256(part)) ?? ''
}

function getRequest(url: string, headers: readonly (readonly [string, string])[]): Parameters<HttpPort['request']>[0] {
  return { method: 'GET', url, headers, body: undefined, timeoutMs: TIMEOUT_MS }
}

/** Appends a reply's body to the part file, from the place the server really begins at. */
class PartSink implements BodySink {
  written = 0
  readonly #files: FilePort
  readonly #path: string
  readonly #have: number
  readonly #progress: Progress
  #file: FileAppender | undefined

  constructor(files: FilePort, path: string, have: number, progress: Progress) {
    this.#files = files
    this.#path = path
    this.#have = have
    this.#progress = progress
  }

  async begin(head: { readonly status: number; readonly headers: ReadonlyMap<string, string> }): Promise<void> {
    // A server may ignore the range and send the whole file.
    const start = /^bytes (\d+)-/.exec(head.headers.get('content-range') ?? '')?.[1]
    const resumed = head.status === 206 && Number(start) === this.#have
    this.#file = await this.#files.append(this.#path, resumed ? this.#have : 0)
  }

  async write(piece: Uint8Array): Promise<void> {
    await this.#file?.write(piece)
    this.written += piece.length
    this.#progress.add({ bytes: piece.length })
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }
}
