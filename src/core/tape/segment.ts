/**
 * The frame of a segment file: prefix, header JSON, totals JSON and trailer, as docs/tape-format.md lays them out.
 *
 * In: plain data, or bytes that a file holds. Out: the other of the two. Pure: checksums and hashes come in as functions.
 * Refuses: other files, newer formats, frames whose checksum differs. Fails: with a TapeError that names the place.
 */
import { canonicalJson } from '../canonical-json.ts'
import type { Instrument } from '../market/instrument.ts'
import { decodeUtf8, encodeUtf8 } from '../utf8.ts'
import { parseInstruments } from './instrument-json.ts'
import { RESTORE, TapeError } from './tape-error.ts'

/** The newest format this build reads, and the one it writes. */
export const FORMAT_VERSION = 1
export const PREFIX_BYTES = 64
export const TRAILER_BYTES = 64
export const HASH_BYTES = 32
/** Everything in a file begins at a multiple of this. */
export const ALIGNMENT = 64
/** Longer headers are damage: 10,000 instruments take 6 MB. */
const HEADER_BYTES_MAX = 64 * 1024 * 1024

const MAGIC = Uint8Array.of(0x89, 0x54, 0x41, 0x50, 0x45, 0x0d, 0x0a, 0x1a)
const TRAILER_MAGIC = 0x4c494154 // "TAIL"

/** Checksum and hash, given by whoever touches files. */
export interface Checks {
  crc32(bytes: Uint8Array): number
  /** 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array
}

/** Market rows (kinds 1-63), or money rows, outputs and structure. */
export type Lane = 'market' | 'money'
/** `live`: being written, or left behind by a crash. `sealed`: complete. */
export type SegmentForm = 'live' | 'sealed'

/** What a segment says about its rows. Part of the hash chain. */
export interface SegmentHeader {
  readonly lane: Lane
  /** From 1. */
  readonly segment: number
  /** Sequence of the segment's first input. */
  readonly firstSequence: number
  /** Hash of the segment before; '' in the first. */
  readonly previous: string
  readonly instruments: readonly Instrument[]
  /** Layout version of each kind that the writer knew, by kind number. */
  readonly layouts: Readonly<Record<string, number>>
}

/** How a file came to be. Not part of the hash chain. */
export interface Origin {
  /** Identity of the program that wrote it. */
  readonly build: string
  /** Microseconds since 1970-01-01 UTC, given by the caller. */
  readonly createdAt: number
}

/** The fixed first 64 bytes. */
export interface Prefix {
  readonly form: SegmentForm
  readonly tapeBytes: number
  readonly originBytes: number
  readonly jsonCrc: number
  /** Where the first block begins. */
  readonly end: number
}

/** Counts over a whole segment. */
export interface Totals {
  readonly blocks: number
  readonly rows: number
  readonly records: number
  /** Records by kind number. */
  readonly kinds: Readonly<Record<string, number>>
  /** Append times of the first and the last record; 0 without records. */
  readonly firstTime: number
  readonly lastTime: number
  /** The sequence that the next input gets. */
  readonly nextSequence: number
  /** Hash that the segment had while it was live and that its successor may name; '' if it never was. */
  readonly liveHash: string
}

/** The last 64 bytes of a sealed segment. */
export interface Trailer {
  readonly jsonBytes: number
  readonly jsonCrc: number
  /** Where the totals JSON begins. */
  readonly blocksEnd: number
  readonly chain: Uint8Array
}

/** The next multiple of the alignment. */
export function padded(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}

/** Prefix and header JSON, ready to be the beginning of a file. */
export function encodeHeader(form: SegmentForm, header: SegmentHeader, origin: Origin, checks: Checks): Uint8Array {
  const tape = tapeJson(header)
  const made = encodeUtf8(canonicalJson({ build: origin.build, createdAt: origin.createdAt }))
  const bytes = new Uint8Array(PREFIX_BYTES + padded(tape.length + made.length))
  bytes.set(MAGIC)
  bytes.set(tape, PREFIX_BYTES)
  bytes.set(made, PREFIX_BYTES + tape.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(8, FORMAT_VERSION, true)
  view.setUint32(12, form === 'live' ? 1 : 2, true)
  view.setUint32(16, tape.length, true)
  view.setUint32(20, made.length, true)
  view.setUint32(24, checks.crc32(bytes.subarray(PREFIX_BYTES)), true)
  view.setUint32(28, checks.crc32(bytes.subarray(0, PREFIX_BYTES)), true)
  return bytes
}

/** The chain before the first block: the hash of the tape JSON. */
export function chainStart(header: SegmentHeader, checks: Checks): Uint8Array {
  return checks.sha256(tapeJson(header))
}

/** Reads the first 64 bytes of a file; `bytes` may be fewer when the file is. */
export function decodePrefix(bytes: Uint8Array, file: string, checks: Checks): Prefix {
  const known = bytes.subarray(0, MAGIC.length).every((byte, i) => byte === MAGIC[i])
  if (!known || bytes.length === 0) {
    throw new TapeError({ file }, 'this is no tape', 'Make one from raw recordings with `tapewright import`')
  }
  if (bytes.length < PREFIX_BYTES) throw cutHeader(file, bytes.length)
  const view = viewOf(bytes)
  const version = view.getUint32(8, true)
  if (version === 0 || version > FORMAT_VERSION) {
    throw new TapeError(
      { file },
      `it has tape format ${version}; this build reads formats up to ${FORMAT_VERSION}`,
      'Use the newer tapewright that wrote it',
    )
  }
  const form = view.getUint32(12, true)
  const tapeBytes = view.getUint32(16, true)
  const originBytes = view.getUint32(20, true)
  const end = PREFIX_BYTES + padded(tapeBytes + originBytes)
  const intact = checksWithZero(bytes.subarray(0, PREFIX_BYTES), 28, checks)
  if (!intact || (form !== 1 && form !== 2) || end > HEADER_BYTES_MAX) {
    throw new TapeError({ file, offset: 0 }, 'the first 64 bytes have changed since they were written', RESTORE)
  }
  const jsonCrc = view.getUint32(24, true)
  return { form: form === 1 ? 'live' : 'sealed', tapeBytes, originBytes, jsonCrc, end }
}

/** Reads the header JSON, which `bytes` holds from byte 64 of the file to `prefix.end`. */
export function decodeHeader(
  prefix: Prefix,
  bytes: Uint8Array,
  file: string,
  checks: Checks,
): { readonly header: SegmentHeader; readonly origin: Origin; readonly chain: Uint8Array } {
  if (bytes.length < prefix.end - PREFIX_BYTES) throw cutHeader(file, PREFIX_BYTES + bytes.length)
  if (checks.crc32(bytes) !== prefix.jsonCrc) {
    throw new TapeError({ file, offset: PREFIX_BYTES }, 'the header has changed since it was written', RESTORE)
  }
  const tape = bytes.subarray(0, prefix.tapeBytes)
  const origin = bytes.subarray(prefix.tapeBytes, prefix.tapeBytes + prefix.originBytes)
  return {
    header: parseHeader(decodeUtf8(tape), file),
    origin: parseOrigin(decodeUtf8(origin), file),
    chain: checks.sha256(tape),
  }
}

/** Totals JSON and trailer, ready to be the end of a sealed file whose blocks end at `blocksEnd`. */
export function encodeFooter(totals: Totals, blocksEnd: number, chain: Uint8Array, checks: Checks): Uint8Array {
  const json = encodeUtf8(canonicalJson(totals))
  const bytes = new Uint8Array(padded(json.length) + TRAILER_BYTES)
  bytes.set(json)
  const trailer = bytes.subarray(padded(json.length))
  const view = viewOf(trailer)
  view.setUint32(0, TRAILER_MAGIC, true)
  view.setUint32(4, json.length, true)
  view.setUint32(8, checks.crc32(bytes.subarray(0, padded(json.length))), true)
  view.setFloat64(16, blocksEnd, true)
  trailer.set(chain, 32)
  view.setUint32(12, checks.crc32(trailer), true)
  return bytes
}

/** Reads the last 64 bytes of a sealed file of `fileBytes` bytes. */
export function decodeTrailer(bytes: Uint8Array, file: string, fileBytes: number, checks: Checks): Trailer {
  const view = viewOf(bytes)
  const whole = bytes.length === TRAILER_BYTES && view.getUint32(0, true) === TRAILER_MAGIC
  if (!whole) {
    const problem = 'a sealed tape must end with its trailer, and this one does not: its end is cut off or overwritten'
    throw new TapeError({ file, offset: Math.max(0, fileBytes - TRAILER_BYTES) }, problem, RESTORE)
  }
  const jsonBytes = view.getUint32(4, true)
  const blocksEnd = view.getFloat64(16, true)
  const intact = checksWithZero(bytes, 12, checks) && blocksEnd + padded(jsonBytes) + TRAILER_BYTES === fileBytes
  if (!intact) {
    const problem = 'the last 64 bytes have changed since they were written, or bytes are missing before them'
    throw new TapeError({ file, offset: fileBytes - TRAILER_BYTES }, problem, RESTORE)
  }
  return { jsonBytes, jsonCrc: view.getUint32(8, true), blocksEnd, chain: new Uint8Array(bytes.subarray(32, 64)) }
}

/** Reads the totals JSON with its padding. */
export function decodeTotals(trailer: Trailer, bytes: Uint8Array, file: string, checks: Checks): Totals {
  const place = { file, offset: trailer.blocksEnd }
  if (checks.crc32(bytes) !== trailer.jsonCrc) {
    throw new TapeError(place, 'the totals have changed since they were written', RESTORE)
  }
  const json = parseObject(decodeUtf8(bytes.subarray(0, trailer.jsonBytes)), place)
  const kinds = Object.entries((json['kinds'] ?? {}) as Readonly<Record<string, unknown>>)
  return {
    blocks: wantNumber(json, 'blocks', place),
    rows: wantNumber(json, 'rows', place),
    records: wantNumber(json, 'records', place),
    kinds: Object.fromEntries(kinds.map(([kind, count]) => [kind, Number(count)])),
    firstTime: wantNumber(json, 'firstTime', place),
    lastTime: wantNumber(json, 'lastTime', place),
    nextSequence: wantNumber(json, 'nextSequence', place),
    liveHash: wantText(json, 'liveHash', place),
  }
}

/** True when the checksum at `crcOffset`, taken over `bytes` with that field zero, is right. */
export function checksWithZero(bytes: Uint8Array, crcOffset: number, checks: Checks): boolean {
  const copy = new Uint8Array(bytes) // never `slice`: on a Buffer it shares the memory
  copy.fill(0, crcOffset, crcOffset + 4)
  return checks.crc32(copy) === viewOf(bytes).getUint32(crcOffset, true)
}

function tapeJson(header: SegmentHeader): Uint8Array {
  const { firstSequence, instruments, lane, layouts, previous, segment } = header
  return encodeUtf8(canonicalJson({ firstSequence, instruments, lane, layouts, previous, segment }))
}

function parseHeader(text: string, file: string): SegmentHeader {
  const place = { file, offset: PREFIX_BYTES }
  const json = parseObject(text, place)
  const lane = json['lane']
  if (lane !== 'market' && lane !== 'money') throw badField(place, 'lane')
  const layouts = Object.entries((json['layouts'] ?? {}) as Readonly<Record<string, unknown>>)
  return {
    lane,
    segment: wantNumber(json, 'segment', place),
    firstSequence: wantNumber(json, 'firstSequence', place),
    previous: wantText(json, 'previous', place),
    instruments: parseInstruments(json['instruments'], place),
    layouts: Object.fromEntries(layouts.map(([kind, version]) => [kind, Number(version)])),
  }
}

function parseOrigin(text: string, file: string): Origin {
  const place = { file, offset: PREFIX_BYTES }
  const json = parseObject(text, place)
  return { build: wantText(json, 'build', place), createdAt: wantNumber(json, 'createdAt', place) }
}

type JsonObject = Readonly<Record<string, unknown>>
type FilePlace = { readonly file: string; readonly offset: number }

function parseObject(text: string, place: FilePlace): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as JsonObject
  } catch {
    // falls through: text that is no JSON is the same damage as JSON that is no object
  }
  throw new TapeError(place, 'its JSON cannot be read', RESTORE)
}

function wantNumber(json: JsonObject, key: string, place: FilePlace): number {
  const value = json[key]
  if (typeof value !== 'number') throw badField(place, key)
  return value
}

function wantText(json: JsonObject, key: string, place: FilePlace): string {
  const value = json[key]
  if (typeof value !== 'string') throw badField(place, key)
  return value
}

function badField(place: FilePlace, key: string): TapeError {
  return new TapeError(place, `its JSON has no usable ${key}`, RESTORE)
}

function cutHeader(file: string, bytes: number): TapeError {
  const problem = `the file ends after ${bytes} bytes, inside its header`
  return new TapeError({ file, offset: bytes }, problem, RESTORE)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
