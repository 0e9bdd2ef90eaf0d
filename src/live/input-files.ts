/** Port: files of recorded data, whatever they are packed in. */

/** What cannot be read of a file; the message completes "FILE: …" with the place and the remedy. */
export class InputError extends Error {
  override readonly name: string = 'InputError'
}

/** A file, or a member of an archive. */
export interface InputFile {
  /** As the user named it; a member of an archive as `archive.zip/member.csv`. */
  readonly name: string
  /**
   * The unpacked content, piece by piece, from the beginning at each call. A piece may be overwritten when the next is asked
   * for. Throws InputError for what cannot be read; the pieces before it are good.
   */
  read(): AsyncIterable<Uint8Array>
}
