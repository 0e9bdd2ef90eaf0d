import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StateReader, StateWriter } from '../../core/tape/state.ts'
import { FuturesWorld, limitOrder } from '../../testing/futures-world.ts'
import { order, spotVenue } from '../../testing/spot-driver.ts'
import { EVENT, FIELD, FIELDS } from './events.ts'
import { FILTER_NAMES, filterProblem, filtersOf, type Filters } from './filter-rules.ts'
import { BUY, type FiltersRequest, SELL } from './requests.ts'
import { FuturesVenue } from './futures/futures-venue.ts'
import type { VenueInstrument } from './venue-instrument.ts'

function change(instruments: readonly VenueInstrument[], filters: Partial<Filters>): FiltersRequest {
  return { kind: 'filters', instrument: 0, ...filtersOf(instruments[0] ?? assert.fail()), ...filters }
}

test('futures check new orders by new filters, and leave what rests', () => {
  const world = new FuturesWorld().open('1000000', '1000000')
  const { venue } = world
  const quantity = venue.instruments[0]?.stepSize ?? assert.fail()
  const resting = limitOrder(0, BUY, quantity * 1000, 100_003)
  assert.equal(world.ask(resting).code, 0)
  assert.equal(world.ask(change(venue.instruments, { tickSize: 10, minPrice: 10 })).code, 0)
  assert.equal(venue.instruments[0]?.version, 2)
  assert.equal(world.ask({ ...resting, price: 100_001 }).code, -4014)
  assert.equal(world.ask({ ...resting, price: 100_010 }).code, 0)
  const [book] = venue.books
  assert.equal(book?.quantityAt(BUY, 100_003), quantity * 1000)
  // Who sells meets the better price first, then the one off the ticks.
  const sale = world.ask(limitOrder(1, SELL, quantity * 2000, 100_000))
  assert.equal(sale.code, 0)
  assert.equal(book?.best(BUY), -1)
  const states: number[] = []
  for (let at = 0; at < world.log.length; at += FIELDS)
    if (world.log[at] === EVENT.status) states.push(world.log[at + FIELD.status] as number)
  assert.deepEqual(states, [0])
})

test('a finer tick is taken at once', () => {
  const world = new FuturesWorld().open('1000000')
  const { venue } = world
  world.ask(change(venue.instruments, { tickSize: 10, minPrice: 10 }))
  const quantity = (venue.instruments[0]?.stepSize ?? assert.fail()) * 1000
  assert.equal(world.ask(limitOrder(0, BUY, quantity, 100_005)).code, -4014)
  world.ask(change(venue.instruments, { tickSize: 5, minPrice: 5 }))
  assert.equal(world.ask(limitOrder(0, BUY, quantity, 100_005)).code, 0)
  assert.equal(world.ask(limitOrder(0, BUY, quantity, 100_010)).code, 0)
})

test('spot says which of its new filters fails', () => {
  const venue = spotVenue()
  const ask = (filters: Partial<Filters>): number => venue.handle(change(venue.instruments, filters)).code
  assert.equal(ask({ stepSize: 1000, minQuantity: 2000 }), 0)
  assert.equal(venue.handle(order({ price: 10_000, quantity: 100_500 })).message, 'Filter failure: LOT_SIZE')
  assert.equal(venue.handle(order({ price: 10_000, quantity: 101_000 })).code, 0)
  assert.equal(ask({ minNotionalMicros: 500_000_000 }), 0)
  assert.equal(venue.handle(order({ price: 10_000, quantity: 101_000 })).message, 'Filter failure: NOTIONAL')
})

test('a saved venue keeps its filters', () => {
  const world = new FuturesWorld()
  const { instruments } = new FuturesWorld().venue
  world.ask(change(instruments, { tickSize: 7, minPrice: 14, maxQuantity: 1_000_000, priceBandUpPpm: 1_200_000 }))
  const writer = new StateWriter()
  world.venue.save(writer)
  const second = new FuturesVenue({ instruments })
  second.load(new StateReader(writer.finish()))
  assert.deepEqual(second.instruments, world.venue.instruments)
  assert.notDeepEqual(second.instruments, instruments)
})

test('filters that contradict each other are refused and change nothing', () => {
  const world = new FuturesWorld()
  const { venue } = world
  const before = [...venue.instruments]
  const wrong: readonly Partial<Filters>[] = [
    { tickSize: 0 },
    { stepSize: 0 },
    { stepSize: 1.5 },
    { minQuantity: -1 },
    { tickSize: 10, minPrice: 15 },
    { minPrice: 20, maxPrice: 10 },
    { marketStepSize: 3, marketMinQuantity: 4 },
    { priceBandUpPpm: 900_000 },
    { priceBandDownPpm: 1_100_000 },
  ]
  for (const filters of wrong) {
    const request = change(before, filters)
    assert.ok(filterProblem(request) !== undefined, JSON.stringify(filters))
    assert.equal(world.ask(request).code, -1130)
  }
  assert.equal(world.ask({ ...change(before, {}), instrument: 9 }).code, -1121)
  assert.deepEqual(venue.instruments, before)
  assert.equal(filterProblem(filtersOf(before[0] ?? assert.fail())), undefined)
  assert.equal(new Set(FILTER_NAMES).size, 12)
})
