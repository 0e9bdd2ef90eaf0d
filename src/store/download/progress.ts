/** What a download tells while it runs. */

/** Where the download stands; counters only grow. */
export interface DownloadProgress {
  readonly filesDone: number
  /** May grow: a missing monthly file is replaced by daily ones. */
  readonly filesTotal: number
  /** Received in this run. */
  readonly bytes: number
  /** Rows written from REST; archives are not opened. */
  readonly rows: number
  /** The file that was begun or finished last. */
  readonly current: string
  /** Why nothing moves at the moment, and for how long; undefined while it moves. */
  readonly waiting: { readonly reason: string; readonly milliseconds: number } | undefined
}

export type OnProgress = (progress: DownloadProgress) => void

export class Progress {
  readonly #onProgress: OnProgress
  #now: DownloadProgress = { filesDone: 0, filesTotal: 0, bytes: 0, rows: 0, current: '', waiting: undefined }

  constructor(onProgress: OnProgress) {
    this.#onProgress = onProgress
  }

  get now(): DownloadProgress {
    return this.#now
  }

  /** Adds to the counters and says so; whatever was waited for is over. */
  add(more: { files?: number; filesTotal?: number; bytes?: number; rows?: number; current?: string }): void {
    const now = this.#now
    this.#now = {
      filesDone: now.filesDone + (more.files ?? 0),
      filesTotal: now.filesTotal + (more.filesTotal ?? 0),
      bytes: now.bytes + (more.bytes ?? 0),
      rows: now.rows + (more.rows ?? 0),
      current: more.current ?? now.current,
      waiting: undefined,
    }
    this.#onProgress(this.#now)
  }

  wait(reason: string, milliseconds: number): void {
    this.#now = { ...this.#now, waiting: { reason, milliseconds } }
    this.#onProgress(this.#now)
  }
}
