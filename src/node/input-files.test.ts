import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { InputError } from '../live/input-files.ts'
import { zipFile } from '../testing/zip-file.ts'
import { openInputs } from './input-files.ts'

/** Text that does not compress well, so that files have some length. */
const TEXT = Array.from(
  { length: 40_000 },
  (_, line) => `${line} ${(line * 7919) % 104_729} ${(line * 104_729) % 7919}\n`,
).join('')

function folder(context: TestContext): (name: string, content: Uint8Array | string) => string {
  const path = mkdtempSync(join(tmpdir(), 'tapewright-input-'))
  context.after(() => rmSync(path, { recursive: true }))
  return (name, content) => {
    writeFileSync(join(path, name), content)
    return join(path, name)
  }
}

/** Everything that can be read of a file, and the error that ended it. */
async function readAll(
  path: string,
): Promise<{ readonly names: string[]; readonly text: string; readonly error: unknown }> {
  const names: string[] = []
  const pieces: Buffer[] = []
  let error: unknown
  try {
    for (const file of await openInputs([path])) {
      names.push(file.name)
      for await (const piece of file.read()) pieces.push(Buffer.from(piece))
    }
  } catch (caught) {
    error = caught
  }
  return { names, text: Buffer.concat(pieces).toString(), error }
}

test('plain, gzip and zip files are told apart by their content, not by their name', async (context) => {
  const write = folder(context)
  assert.deepEqual(await readAll(write('plain.gz', TEXT)), {
    names: [write('plain.gz', TEXT)],
    text: TEXT,
    error: undefined,
  })
  assert.equal((await readAll(write('packed.txt', gzipSync(TEXT)))).text, TEXT)
  const zipped = await readAll(write('archive', zipFile('BTCUSDT-1m-2024-01.csv', TEXT)))
  assert.equal(zipped.text, TEXT)
  assert.match(zipped.names[0] ?? '', /archive\/BTCUSDT-1m-2024-01\.csv$/)
  assert.equal((await readAll(write('short', 'x'))).text, 'x')
})

test('a file can be read again from the beginning, and left in the middle', async (context) => {
  const write = folder(context)
  for (const path of [write('a.txt', TEXT), write('a.gz', gzipSync(TEXT)), write('a.zip', zipFile('a.csv', TEXT))]) {
    const [file] = await openInputs([path])
    assert.ok(file !== undefined)
    for await (const piece of file.read()) {
      assert.ok(piece.length > 0)
      break
    }
    let length = 0
    for await (const piece of file.read()) length += piece.length
    assert.equal(length, TEXT.length)
  }
})

test('gzip data that was appended to gzip data is read on', async (context) => {
  const path = folder(context)('two.gz', Buffer.concat([gzipSync(TEXT), gzipSync('the end\n')]))
  assert.equal((await readAll(path)).text, `${TEXT}the end\n`)
})

test('of a gzip file that was cut short everything before the cut is read, wherever it was cut', async (context) => {
  const write = folder(context)
  const packed = gzipSync(TEXT)
  for (const part of [0.1, 0.5, 0.9, 0.999]) {
    const cut = Math.floor(packed.length * part)
    const { text, error } = await readAll(write('cut.gz', packed.subarray(0, cut)))
    assert.ok(TEXT.startsWith(text))
    assert.ok(
      text.length > TEXT.length * (part - 0.06),
      `read ${text.length} of ${TEXT.length} with ${part} of the file`,
    )
    assert.ok(error instanceof InputError)
    assert.match(error.message, /^the gzip data ends before its end: the file was cut short/)
  }
})

test('of a damaged gzip file what comes before the damage is read', async (context) => {
  const packed = gzipSync(TEXT)
  packed.fill(0xff, packed.length >> 1, (packed.length >> 1) + 64)
  const { text, error } = await readAll(folder(context)('damaged.gz', packed))
  assert.ok(text.length > TEXT.length * 0.4)
  assert.equal(text.slice(0, TEXT.length * 0.4), TEXT.slice(0, TEXT.length * 0.4))
  assert.ok(error instanceof InputError)
  assert.match(error.message, /^the gzip data is damaged \(.*\): restore the file from a copy$/)
})

test('an archive that is cut short or damaged is told, with what to do', async (context) => {
  const write = folder(context)
  const archive = zipFile('a.csv', TEXT)
  const cut = await readAll(write('cut.zip', archive.subarray(0, archive.length - 30)))
  assert.match(String(cut.error), /cut\.zip is no whole zip archive .*: download it again$/)
  const content = archive.indexOf('a.csv') + 5
  archive.fill(0, content + 200, content + 210)
  const damaged = await readAll(write('damaged.zip', archive))
  assert.match(String(damaged.error), /download it again$/)
})

test('what is not there or is a folder is told by name', async (context) => {
  const write = folder(context)
  const path = write('a.txt', 'x')
  await assert.rejects(openInputs([`${path}.gone`]), { name: 'InputError', message: `there is no file ${path}.gone` })
  await assert.rejects(openInputs([join(path, '..')]), /is a folder: name its files$/)
})
