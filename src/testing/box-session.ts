/**
 * A session of the box with its real venues and a scripted user, the same in every process. Run as a program it prints the
 * hash of all events and of the state at the end.
 */
import { pathToFileURL } from 'node:url'
import { Random } from '../core/number/random.ts'
import { Box } from '../exchange/box/box.ts'
import type { BoxCommand } from '../exchange/box/commands.ts'
import { firstSymbols, marketsOf } from '../exchange/box/markets.ts'
import { CROWD_ACCOUNTS, crowdOrder } from '../exchange/crowd/crowd-venue.ts'
import { FuturesVenue } from '../exchange/venue/futures/futures-venue.ts'
import { ORDER_KIND, TIME_IN_FORCE } from '../exchange/venue/requests.ts'
import { SpotVenue } from '../exchange/venue/spot/spot-venue.ts'

export const SESSION_START = 1_795_216_100_000_000
const SECOND = 1_000_000

export type SessionBox = Box<FuturesVenue, SpotVenue>

export function newSessionBox(seed: number): SessionBox {
  const markets = marketsOf(firstSymbols(6))
  return new Box({
    seed,
    markets,
    futures: new FuturesVenue({ instruments: markets.map(({ futures }) => futures), crowdAccounts: CROWD_ACCOUNTS }),
    spot: new SpotVenue({ instruments: markets.map(({ spot }) => spot), crowdAccounts: CROWD_ACCOUNTS }),
    startTime: SESSION_START,
    speed: 1,
  })
}

/** What users do, with its times: accounts, deposits, and orders of all kinds at both venues. */
export function sessionScript(seed: number, orders: number): readonly (readonly [number, BoxCommand])[] {
  const random = new Random(seed, 'users')
  const { markets } = newSessionBox(seed)
  const script: [number, BoxCommand][] = []
  let time = SESSION_START
  for (const name of ['anna', 'bob']) {
    script.push([time, { kind: 'account', name }])
    for (const venue of ['futures', 'spot'] as const) {
      const account = CROWD_ACCOUNTS + (name === 'anna' ? 0 : 1)
      const transfer = { kind: 'transfer', account, asset: 'USDT', amount: '50000' } as const
      script.push([time, { kind: 'request', venue, request: transfer }])
    }
  }
  for (let i = 0; i < orders; i++) {
    time += 1 + random.below(SECOND >> 4)
    const venue = random.chance(40_000) ? 'futures' : 'spot'
    const instrument = random.below(markets.length)
    const account = CROWD_ACCOUNTS + random.below(2)
    const market = markets[instrument]?.[venue]
    if (market === undefined) continue
    if (random.chance(8000)) {
      script.push([time, { kind: 'request', venue, request: { kind: 'cancel-all', account, instrument } }])
      continue
    }
    const limit = random.chance(30_000)
    const price = Math.round((market.minPrice * (95 + random.below(10))) / market.tickSize) * market.tickSize
    const worth = (markets[instrument]?.row.price ?? 1) * 10 ** -market.quantityDecimals
    const request = {
      ...crowdOrder(),
      account,
      instrument,
      side: random.next() & 1,
      orderKind: limit ? ORDER_KIND.limit : ORDER_KIND.market,
      timeInForce: random.chance(20_000) && limit ? TIME_IN_FORCE.ioc : TIME_IN_FORCE.gtc,
      price: limit ? price : 0,
      quantity: Math.ceil((60 + random.below(400)) / worth / market.stepSize) * market.stepSize,
      clientId: random.chance(30_000) ? `session-${i}` : '',
    }
    script.push([time, { kind: 'request', venue, request }])
  }
  return script
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const box = newSessionBox(4)
  for (const [time, command] of sessionScript(4, 300)) box.take(time, command)
  process.stdout.write(`${box.events} ${box.digest()} ${box.stateHash()}\n`)
}
