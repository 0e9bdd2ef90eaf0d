/** Builds small zip files in memory: one deflated entry, as the public-data site serves them. */
import { crc32, deflateRawSync } from 'node:zlib'

const LOCAL_HEADER = 0x04034b50
const CENTRAL_HEADER = 0x02014b50
const END_OF_DIRECTORY = 0x06054b50
const VERSION = 20
const DEFLATED = 8
/** 1980-01-01 00:00, the zero of the format's clock: the same content gives the same bytes. */
const DOS_DATE = 0x21

/** The bytes of a zip file that holds `content` under `name`. */
export function zipFile(name: string, content: Uint8Array | string): Buffer {
  const data = Buffer.from(content)
  const packed = deflateRawSync(data, { level: 1 })
  const path = Buffer.from(name)

  const shared = Buffer.alloc(26)
  shared.writeUInt16LE(VERSION, 0)
  shared.writeUInt16LE(DEFLATED, 4)
  shared.writeUInt16LE(DOS_DATE, 8)
  shared.writeUInt32LE(crc32(data), 10)
  shared.writeUInt32LE(packed.length, 14)
  shared.writeUInt32LE(data.length, 18)
  shared.writeUInt16LE(path.length, 22)

  const local = Buffer.concat([word(LOCAL_HEADER), shared, path, packed])
  const central = Buffer.concat([word(CENTRAL_HEADER), Buffer.from([VERSION, 0]), shared, Buffer.alloc(14), path])
  const end = Buffer.alloc(22)
  end.writeUInt32LE(END_OF_DIRECTORY, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, central, end])
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value, 0)
  return bytes
}
