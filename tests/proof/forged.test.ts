/** Whoever changes a run and makes all checksums and chains anew is found out, and the row that was changed is named. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Difference } from '../../src/lab/verify/difference.ts'
import {
  CANDLE,
  CONFIGURATION,
  DIRECTION,
  END,
  FILL,
  INPUT_DIGEST,
  INTENT,
  ORDER_FLAGS,
  ORDER_UPDATE,
  SIGNAL,
  TARGET,
  TRADE,
} from '../../src/core/tape/kinds.ts'
import { MONEY_KINDS, ROW_WORDS } from '../../src/core/tape/layout.ts'
import { ForgedRun } from './forger.ts'
import { marketRun, verified, World, writeCandleTape } from './world.ts'

/** Forges a copy of the run and returns what verify finds. */
async function forge(
  world: World,
  base: string,
  change: (run: ForgedRun) => void | Promise<void>,
): Promise<Difference> {
  const run = await ForgedRun.open(await world.copy(base))
  await change(run)
  await run.write()
  const { verdict, difference } = await verified(run.folder)
  assert.equal(verdict, 'different')
  assert.ok(difference !== undefined)
  return difference
}

/** The place in the one sequence that the n-th market row has, by the money inputs before it. */
function sequenceOf(run: ForgedRun, place: number): number {
  let sequence = place
  for (const row of run.money.records()) {
    const kind = run.money.rows.u8[row * 64] as number
    if (kind < MONEY_KINDS.first || kind > MONEY_KINDS.last) continue
    if (run.money.sequence(row) > sequence) break
    sequence++
  }
  return sequence
}

void test('a run on trades and best prices', async (t) => {
  const world = new World(t)
  await marketRun(world)

  await t.test('as it was made, it verifies', async () => {
    const { verdict, identity, inputs, difference } = await verified(world.path('base/run'))
    assert.deepEqual({ verdict, identity, difference }, { verdict: 'verified', identity: [], difference: undefined })
    assert.ok(inputs > 150_000)
  })

  for (const [where, part] of [
    ['first', 0.1],
    ['second', 0.6],
    ['last', 0.99],
  ] as const)
    await t.test(`a price changed in the ${where} stretch of the market tape names that row`, async () => {
      let wanted = { sequence: 0, recorded: '' }
      const found = await forge(world, 'base', ({ market, ...run }) => {
        const all = market.records()
        const place = all.findIndex((row, i) => i >= all.length * part && market.rows.u8[row * 64] === TRADE.kind)
        const row = all[place] as number
        market.add(row, TRADE.price, 1)
        wanted = { sequence: sequenceOf({ market, ...run } as ForgedRun, place), recorded: market.print(row) }
      })
      const { what, how, sequence, recorded } = found
      assert.deepEqual({ what, how, sequence, recorded }, { what: 'market row', how: 'changed', ...wanted })
    })

  await t.test('a price changed so far that decisions change too names the row, not what came of it', async () => {
    let wanted = ''
    const { what, recorded } = await forge(world, 'base', ({ market }) => {
      const row = market.middle(TRADE.kind)
      market.add(row, TRADE.price, 40_000)
      wanted = market.print(row)
    })
    assert.deepEqual({ what, recorded }, { what: 'market row', recorded: wanted })
  })

  await t.test('of two changed rows of one stretch the place of the first is told', async () => {
    let first = 0
    const { what, sequence, recorded, replayed } = await forge(world, 'base', (run) => {
      const trades = run.market.records(TRADE.kind)
      const places = [trades[10_000] as number, trades[11_000] as number]
      for (const row of places) run.market.add(row, TRADE.price, 1)
      first = sequenceOf(run, run.market.records().indexOf(places[0] as number))
    })
    const [, from, to] = /^inputs (\d+) to (\d+)$/.exec(recorded) ?? []
    assert.equal(what, 'input')
    assert.equal(sequence, Number(from))
    assert.ok(first >= Number(from) && first <= Number(to) && Number(to) - Number(from) < 256)
    assert.match(replayed, /several inputs were changed/)
  })

  await t.test('of two changed fills the first is named with what it was', async () => {
    let wanted = ''
    const { what, recorded } = await forge(world, 'base', ({ money }) => {
      const [, first = 0, second = 0] = money.records(FILL.kind)
      money.add(first, FILL.price, 1)
      money.add(second, FILL.price, 1)
      wanted = money.print(first)
    })
    assert.deepEqual({ what, recorded }, { what: 'fill', recorded: wanted })
  })

  await t.test('a row taken out of the market tape is found within 256 rows', async () => {
    let gone = 0
    const { recorded } = await forge(world, 'base', (run) => {
      const row = run.market.middle(TRADE.kind)
      gone = sequenceOf(run, run.market.records().indexOf(row))
      run.market.repeat(row, 0)
    })
    const [, from, to] = /^inputs (\d+) to (\d+)$/.exec(recorded) ?? []
    assert.ok(gone >= Number(from) && gone <= Number(to) && Number(to) - Number(from) < 256, recorded)
  })

  await t.test('a market row changed with the sums made anew is not taken for the tape that was read', async () => {
    const run = await ForgedRun.open(await world.copy('base'))
    run.market.add(run.market.middle(TRADE.kind), TRADE.quantity, 1)
    run.sumAgain()
    await run.write()
    const { verdict, identity } = await verified(run.folder)
    assert.notEqual(verdict, 'verified')
    assert.match(identity.join(), /^tape 1 has the hash [0-9a-f]{12}…, the run read one with [0-9a-f]{12}…$/)
  })

  /** Changes of one row of the money lane; each is to be found with and without new sums. */
  const changes: readonly {
    readonly name: string
    readonly what: Difference['what']
    readonly kind: number
    change(run: ForgedRun, row: number): void
  }[] = [
    {
      name: 'the quantity of an order intent',
      what: 'output',
      kind: INTENT.kind,
      change: ({ money }, row) => money.add(row, INTENT.quantity, 1),
    },
    {
      name: 'the side of an order intent',
      what: 'output',
      kind: INTENT.kind,
      change: ({ money }, row) => (money.rows.u8[row * 64 + 1] = (money.rows.u8[row * 64 + 1] ?? 0) ^ ORDER_FLAGS.sell),
    },
    {
      name: 'the direction of a signal',
      what: 'output',
      kind: SIGNAL.kind,
      change: ({ money }, row) => (money.rows.u8[row * 64 + 1] = DIRECTION.short),
    },
    {
      name: 'the quantity of a target',
      what: 'output',
      kind: TARGET.kind,
      change: ({ money }, row) => money.add(row, TARGET.quantity, 5),
    },
    {
      name: 'the price of a fill',
      what: 'fill',
      kind: FILL.kind,
      change: ({ money }, row) => money.add(row, FILL.price, -1),
    },
    {
      name: 'the fee of a fill',
      what: 'fill',
      kind: FILL.kind,
      change: ({ money }, row) => {
        const byte = row * 64 + FILL.fee * 8 + 6
        money.rows.u8[byte] = (money.rows.u8[byte] ?? 0) ^ 1
      },
    },
    {
      name: 'the error of an order update',
      what: 'input',
      kind: ORDER_UPDATE.kind,
      change: ({ money }, row) => (money.rows.i32[row * ROW_WORDS + ORDER_UPDATE.errorByte / 4] = -2019),
    },
  ]
  for (const { name, what, kind, change } of changes)
    for (const forger of ['checksums', 'sums of inputs', 'sums and states'] as const)
      await t.test(`${name}, with ${forger} made anew, is named`, async () => {
        let wanted = { sequence: 0, recorded: '' }
        const found = await forge(world, 'base', async (run) => {
          const row = run.money.middle(kind)
          change(run, row)
          if (forger !== 'checksums') run.sumAgain()
          if (forger === 'sums and states') await run.decideAgain()
          wanted = { sequence: run.money.sequence(row), recorded: run.money.print(row) }
        })
        const { sequence, recorded } = found
        assert.deepEqual({ what: found.what, how: found.how, sequence, recorded }, { what, how: 'changed', ...wanted })
        // The other side is the row as it was: it differs in one field.
        const words = (text: string): readonly string[] => text.split(', ')
        assert.equal(words(found.replayed).length, words(recorded).length)
        assert.equal(words(found.replayed).filter((word, i) => word !== words(recorded)[i]).length, 1)
      })

  await t.test('a fill left out, with all sums made anew, is missed', async () => {
    let wanted = ''
    const { what, how, replayed } = await forge(world, 'base', (run) => {
      const row = run.money.middle(FILL.kind)
      wanted = run.money.print(row)
      run.money.repeat(row, 0)
      run.sumAgain()
    })
    assert.deepEqual({ what, how, replayed }, { what: 'fill', how: 'missing', replayed: wanted })
  })

  await t.test('an output left out is missed', async () => {
    let wanted = ''
    const { what, how, replayed, recorded } = await forge(world, 'base', ({ money }) => {
      const row = money.middle(SIGNAL.kind)
      wanted = money.print(row)
      money.repeat(row, 0)
    })
    assert.deepEqual({ what, replayed }, { what: 'output', replayed: wanted })
    assert.equal(how, recorded === 'nothing' ? 'missing' : 'changed')
  })

  await t.test('the last output of its input left out is missed', async () => {
    let wanted = { sequence: 0, replayed: '' }
    const found = await forge(world, 'base', ({ money }) => {
      const all = money.records()
      // A signal that changes nothing is alone among the outputs of its input.
      const row = all.find(
        (one, i) =>
          money.rows.u8[one * 64] === SIGNAL.kind && (money.rows.u8[(all[i + 1] ?? 0) * 64] as number) !== TARGET.kind,
      )
      assert.ok(row !== undefined)
      wanted = { sequence: money.sequence(row), replayed: money.print(row) }
      money.repeat(row, 0)
    })
    assert.deepEqual(found, { what: 'output', how: 'missing', recorded: 'nothing', ...wanted })
  })

  await t.test('an output that is there twice is one too many', async () => {
    let wanted = { sequence: 0, recorded: '' }
    const { what, sequence, recorded } = await forge(world, 'base', ({ money }) => {
      const row = money.middle(INTENT.kind)
      wanted = { sequence: money.sequence(row), recorded: money.print(row) }
      money.repeat(row, 2)
    })
    assert.deepEqual({ what, sequence, recorded }, { what: 'output', ...wanted })
  })

  await t.test('another final state is told with both hashes', async () => {
    let before = ''
    const { what, recorded, replayed } = await forge(world, 'base', ({ money }) => {
      const row = money.middle(END.kind)
      before = money.print(row)
      money.rows.u8[row * 64 + END.hash * 8] = (money.rows.u8[row * 64 + END.hash * 8] ?? 0) ^ 1
    })
    assert.equal(what, 'state')
    assert.match(recorded, /^[0-9a-f]{32}$/)
    assert.ok(before.includes(replayed), `${before} has ${replayed}`)
  })

  await t.test('a run without its last row was cut off', async () => {
    const { what, recorded } = await forge(world, 'base', ({ money }) => money.repeat(money.middle(END.kind), 0))
    assert.equal(what, 'record')
    assert.match(recorded, /cut off/)
  })

  await t.test('changed sums of inputs are named as such', async () => {
    let wanted = ''
    const { what, recorded } = await forge(world, 'base', ({ money }) => {
      const row = money.middle(INPUT_DIGEST.kind)
      money.rows.u8[row * 64 + INPUT_DIGEST.hash * 8] = (money.rows.u8[row * 64 + INPUT_DIGEST.hash * 8] ?? 0) ^ 1
      wanted = money.print(row)
    })
    assert.deepEqual({ what, recorded }, { what: 'record', recorded: wanted })
  })

  await t.test('other settings than those of the run are named', async () => {
    const { what, sequence, recorded } = await forge(world, 'base', ({ money }) => {
      const row = money.middle(CONFIGURATION.kind)
      const text = Buffer.from(money.rows.u8.buffer).indexOf('"takerFeeRate":500000000')
      assert.ok(text > row * 64)
      money.rows.u8[text + '"takerFeeRate":'.length] = '4'.charCodeAt(0)
    })
    assert.deepEqual({ what, sequence }, { what: 'input', sequence: 0 })
    assert.match(recorded, /^configuration/)
  })

  await t.test('a money lane that is no run is refused with its name', async () => {
    const run = await ForgedRun.open(await world.copy('base'))
    run.money.repeat(run.money.middle(CONFIGURATION.kind), 0)
    await run.write()
    await assert.rejects(verified(run.folder), { name: 'UsageError', message: /money\.tape: .*make the run again$/ })
  })

  await t.test('the program says it in three lines and ends with 3', async () => {
    const copy = await world.copy('base')
    const run = await ForgedRun.open(copy)
    const fill = run.money.middle(FILL.kind)
    run.money.add(fill, FILL.price, 3)
    await run.write()
    const { exit, stdout, stderr } = await world.line.run('verify', run.folder)
    assert.deepEqual({ exit, stderr }, { exit: 3, stderr: '' })
    const [first, recorded, replayed, ...rest] = stdout.trimEnd().split('\n')
    assert.equal(first, `not reproducible: fill ${run.money.sequence(fill)} differs`)
    assert.equal(recorded, `  recorded: ${run.money.print(fill)}`)
    assert.match(replayed ?? '', /^ {2}replayed: fill binance-usdm:/)
    assert.deepEqual(rest, [])
    const document = (await world.line.json(3, 'verify', run.folder)) as { readonly difference: Difference }
    assert.equal(document.difference.sequence, run.money.sequence(fill))
  })

  await t.test('a tape whose bytes were changed without new checksums is refused where it is damaged', async () => {
    const copy = await world.copy('base')
    const file = join(copy, 'market.tape')
    const bytes = await readFile(file)
    const place = Math.floor(bytes.length / 2)
    bytes[place] = (bytes[place] ?? 0) ^ 4
    await writeFile(file, bytes)
    const { exit, stderr } = await world.line.run('verify', join(copy, 'run'))
    assert.equal(exit, 2)
    assert.match(stderr, /^tapewright: .*market\.tape, block \d+ at byte \d+: [^\n]*\n$/)
  })
})

void test('a run on candles: a price changed in the middle of the tape names that candle', async (t) => {
  const world = new World(t)
  await writeCandleTape(world.path('base/market.tape'), 6000)
  const { fills } = await world.backtest('base/run', 0, 'momentum', '--tape', 'base/market.tape')
  assert.ok(fills > 10)
  for (const by of [1, 3000]) {
    let wanted = { sequence: 0, recorded: '' }
    const { what, how, sequence, recorded } = await forge(world, 'base', (run) => {
      const row = run.market.middle(CANDLE.kind)
      run.market.add(row, CANDLE.close, by)
      wanted = {
        sequence: sequenceOf(run, run.market.records().indexOf(row)),
        recorded: run.market.print(row),
      }
    })
    assert.deepEqual({ what, how, sequence, recorded }, { what: 'market row', how: 'changed', ...wanted })
  }
})
