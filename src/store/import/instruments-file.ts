/** Instruments from a file with exchange information: the venue's answer, plain or packed, or a recording of it. */
import { InputError, type InputFile } from '../../live/input-files.ts'
import type { BinanceVenue } from '../../venues/binance/decoder.ts'
import { type ExchangeInfo, readExchangeInfo } from '../../venues/binance/exchange-info.ts'

/** The venue's whole answer is below 10 MB; what is much larger is another kind of file. */
const LARGEST_BYTES = 1 << 27

/** Reads the file whole. Throws InputError when it cannot be read or is too large to be exchange information. */
export async function readInstruments(file: InputFile, venue: BinanceVenue): Promise<ExchangeInfo> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of file.read()) {
    pieces.push(piece.slice())
    size += piece.length
    if (size > LARGEST_BYTES) throw new InputError(`${file.name} is larger than any exchange information`)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return readExchangeInfo(bytes, venue)
}
