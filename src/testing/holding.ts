/** Engines in the middle of a session, for tests of what happens to them there. */
import { EngineDriver, wholeInstrument } from './engine-driver.ts'
import type { DriverOptions } from './engine-driver.ts'
import { puppet } from './puppet.ts'
import type { Puppet } from './puppet.ts'

/** Two instruments at 99 to 101 and strategies that do what they are told. */
export function quotedEngine(
  strategies = 1,
  options: Partial<DriverOptions> = {},
): { readonly driver: EngineDriver; readonly puppets: readonly Puppet[] } {
  const puppets = Array.from({ length: strategies }, (_, i) => puppet(`puppet-${i}`))
  const driver = new EngineDriver({
    instruments: [wholeInstrument('BTCUSDT'), wholeInstrument('ETHUSDT')],
    strategies: puppets.map(({ definition }) => ({ definition })),
    ...options,
  })
  for (const instrument of [0, 1]) driver.best(99, 101, instrument)
  return { driver, puppets }
}

/** The same with 10 lots bought at 100 on each instrument by orders #1 and #3, stopped at 90 by #2 and #4. */
export function holdingEngine(options: Partial<DriverOptions> = {}): {
  readonly driver: EngineDriver
  readonly strategy: Puppet
} {
  const { driver, puppets } = quotedEngine(1, options)
  const strategy = puppets[0] as Puppet
  for (const instrument of [0, 1]) {
    driver.tell(strategy, (ctx) => ctx.target(instrument, { quantity: 10, reason: 'hold', stop: 0.1 }), instrument)
    driver.fill(instrument * 2 + 1, { price: 100, quantity: 10 })
    driver.accept(instrument * 2 + 2)
  }
  driver.said()
  return { driver, strategy }
}
