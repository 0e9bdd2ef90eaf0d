/**
 * Ports: what asynchronous code may ask of the world outside. Code above node/ takes these interfaces as arguments; node/
 * implements them on the real machine, tests and simulations in memory.
 * In: plain data (bytes, paths, numbers), never closures over state that may change until it is used, except the sink of a
 * streamed reply. Out: values. A transport fault is a value too; only the local disk throws (`FileError`).
 */

/** The wall clock, and waiting. For stamps and calendars; it may step, so it does not measure durations. */
export interface Clock {
  /** Microseconds since 1970-01-01 UTC, a safe integer. */
  nowMicros(): number
  /** Resolves after at least `milliseconds`. */
  sleep(milliseconds: number): Promise<void>
}

/** One request. It is sent once: no port ever repeats it on its own. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Absolute, percent-encoded. */
  readonly url: string
  /** Name and value pairs. */
  readonly headers: readonly (readonly [string, string])[]
  /** Sent as it is; undefined for none. */
  readonly body: Uint8Array | undefined
  /** Longest silence in milliseconds: until the reply's head, and between two pieces of its body. */
  readonly timeoutMs: number
}

/** The head of a reply. Header names are lower case. */
export interface HttpReplyHead {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
}

/** A whole reply, whatever its status; `body` is empty where a sink took it. */
export interface HttpReply extends HttpReplyHead {
  readonly kind: 'reply'
  readonly body: Uint8Array
}

/** Proof that no byte of the request left this machine: name resolution, connection or TLS failed. */
export interface HttpNotSent {
  readonly kind: 'not-sent'
  readonly reason: string
}

/** The request may have been carried out: the reply is missing, late, broken off or too large. */
export interface HttpUnknown {
  readonly kind: 'unknown'
  readonly reason: string
}

/** What can be known about a request. */
export type HttpOutcome = HttpReply | HttpNotSent | HttpUnknown

/** Takes the body of a successful reply (status 200 to 299) piece by piece. */
export interface BodySink {
  /** Called once, before the first piece. */
  begin(head: HttpReplyHead): Promise<void>
  /** Takes the next piece, which is valid until the promise settles. No further piece comes before that. */
  write(piece: Uint8Array): Promise<void>
}

/** HTTP. Never throws on behalf of the network; an error thrown by a sink passes through. */
export interface HttpPort {
  /** Sends and reads the whole reply into memory (at most 64 MB, else `unknown`). */
  request(request: HttpRequest): Promise<HttpOutcome>
  /** The same for large bodies: those of successful replies go to `sink`, unchanged, in bounded memory. */
  stream(request: HttpRequest, sink: BodySink): Promise<HttpOutcome>
}

/** What went wrong on the local disk; the message names the path and the remedy. */
export class FileError extends Error {
  override readonly name: string = 'FileError'
  /** Relative to the port's folder, as given. */
  readonly path: string

  constructor(path: string, message: string) {
    super(message)
    this.path = path
  }
}

/** A file and its size. */
export interface FileEntry {
  readonly path: string
  readonly bytes: number
}

/** A file open for appending. */
export interface FileAppender {
  write(piece: Uint8Array): Promise<void>
  /** Makes everything written durable and closes. */
  close(): Promise<void>
}

/**
 * Files below one folder. Paths are relative to it, with forward slashes and without `..`; folders are made as needed.
 * Every function throws `FileError` for what the disk refuses (full, no permission); an absent file is not an error.
 */
export interface FilePort {
  /** All files below `folder` ('' for the whole), sorted by path; none when there is no such folder. */
  list(folder: string): Promise<readonly FileEntry[]>
  /** Size in bytes; undefined when absent. */
  size(path: string): Promise<number | undefined>
  /** The whole content; undefined when absent. */
  read(path: string): Promise<Uint8Array | undefined>
  /** Replaces the file as a whole: after a crash it is the old or the new one. */
  write(path: string, content: Uint8Array): Promise<void>
  /** Opens for appending after cutting the file to its first `offset` bytes. */
  append(path: string, offset: number): Promise<FileAppender>
  /** Moves a file over whatever is at `to`, durably. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file; an absent one is fine. */
  remove(path: string): Promise<void>
  /** Lower-case hexadecimal SHA-256 of the content; undefined when absent. */
  sha256(path: string): Promise<string | undefined>
}
