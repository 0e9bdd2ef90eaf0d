/** A process of hostile clients, for the benchmark: runs the load it is told, and tells how it was answered. */
import { setPriority } from 'node:os'
import { HOSTILE_LOADS, type HostileTarget, type Tally } from '../src/testing/hostile-loads.ts'

export interface HostileOrder {
  readonly load: string
  readonly seconds: number
  readonly target: HostileTarget
}

export interface HostileReport {
  readonly tally: Tally
}

/** Where there are few cores, the hostile shall not take them from those who are measured: that is not the exchange's doing. */
setPriority(15)
process.on('message', (order: HostileOrder) => {
  const load = HOSTILE_LOADS.find(({ name }) => name === order.load)
  if (load === undefined) throw new Error(`no load is called ${order.load}`)
  void load.run(order.target, order.seconds).then((tally) => {
    const report: HostileReport = { tally }
    process.send?.(report)
  })
})
