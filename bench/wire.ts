/**
 * The wire: round trips of a signed limit order over REST against those of a route that does nothing, on one connection each,
 * in one process and in turns.
 */
import { createHmac } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import fastify from 'fastify'
import { API_KEY, API_SECRET, RestWorld } from '../src/testing/rest-world.ts'
import { type Benchmark, type BenchOptions, type BenchResult, quantile } from './measure.ts'

/** Requests of each side in a turn: fewer than an account may have open orders, and than it may place in ten seconds. */
const TURN = 150
const TURNS = 40
/** The venue's clock between two turns, microseconds: the order limits of a minute hold for 1200. */
const PAUSE = 10_000_000
const WARM_TURNS = 10
const GOAL = 1.5

export const wire: Benchmark = {
  name: 'wire',
  about: 'REST orders against an empty route',
  async run({ runs, note }: BenchOptions): Promise<BenchResult> {
    const ratios: { p50: number; p99: number }[] = []
    let figures = {}
    for (let run = 0; run < runs; run++) {
      const { order, empty } = await oneRun()
      const side = (times: readonly number[]): { p50: number; p99: number } => ({
        p50: quantile(times, 0.5),
        p99: quantile(times, 0.99),
      })
      const [orders, nothing] = [side(order), side(empty)]
      ratios.push({ p50: orders.p50 / nothing.p50, p99: orders.p99 / nothing.p99 })
      figures = { orderMicros: orders, emptyMicros: nothing }
      note(`run ${run + 1}: order ${orders.p50.toFixed(0)} µs, empty ${nothing.p50.toFixed(0)} µs`)
    }
    const p50 = quantile(
      ratios.map((ratio) => ratio.p50),
      0.5,
    )
    const p99 = quantile(
      ratios.map((ratio) => ratio.p99),
      0.5,
    )
    return {
      figures: { ...figures, ratio: { p50, p99 } },
      goals: [
        { key: 'order round trip against an empty route, p50', wanted: GOAL, reached: p50, atMost: true },
        { key: 'order round trip against an empty route, p99', wanted: GOAL, reached: p99, atMost: true },
      ],
    }
  },
}

/** Round trips of both sides in microseconds. */
async function oneRun(): Promise<{ readonly order: number[]; readonly empty: number[] }> {
  const ends: (() => unknown)[] = []
  const world = new RestWorld(['BTCUSDT'])
  await world.listen({ after: (end) => void ends.push(end) })
  const app = fastify({ forceCloseConnections: true })
  app.post('/nothing', (_request, reply) => {
    void reply.type('application/json').send('{}')
  })
  ends.push(() => app.close())
  const emptyUrl = await app.listen({ host: '127.0.0.1', port: 0 })
  const [venue, nothing] = [new Line(world.futuresUrl), new Line(emptyUrl)]
  ends.push(
    () => venue.end(),
    () => nothing.end(),
  )
  const order: number[] = []
  const empty: number[] = []
  for (let turn = 0; turn < WARM_TURNS + TURNS; turn++) {
    const isWarm = turn >= WARM_TURNS
    for (let i = 0; i < TURN; i++) {
      const target = signed(
        world,
        `symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&newClientOrderId=bench-${i}&price=${76_000 - i}`,
      )
      const first = await venue.ask(`POST /fapi/v1/order?${target}`)
      const second = await nothing.ask(`POST /nothing?${target}`)
      if (!isWarm) continue
      order.push(first)
      empty.push(second)
    }
    await world.call('DELETE', '/fapi/v1/allOpenOrders', { symbol: 'BTCUSDT' })
    world.pass(PAUSE)
  }
  for (const end of ends) await end()
  return { order, empty }
}

function signed(world: RestWorld, text: string): string {
  const whole = `${text}&timestamp=${world.time / 1000}`
  return `${whole}&signature=${createHmac('sha256', API_SECRET).update(whole).digest('hex')}`
}

/** One kept connection that asks one thing at a time. */
class Line {
  readonly #socket: Socket
  readonly #host: string
  #heard: () => void = () => undefined

  constructor(url: string) {
    const { hostname, port, host } = new URL(url)
    this.#host = host
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true })
    this.#socket.on('data', (data: Buffer) => {
      if (!data.includes('HTTP/1.1 200')) throw new Error(data.toString())
      this.#heard()
    })
  }

  /** Sends a request without body; resolves to the microseconds until its reply. Replies here fit one packet. */
  ask(line: string): Promise<number> {
    return new Promise((resolve) => {
      const start = process.hrtime.bigint()
      this.#heard = () => resolve(Number(process.hrtime.bigint() - start) / 1000)
      this.#socket.write(
        `${line} HTTP/1.1\r\nhost: ${this.#host}\r\nx-mbx-apikey: ${API_KEY}\r\ncontent-length: 0\r\n\r\n`,
      )
    })
  }

  end(): void {
    this.#socket.destroy()
  }
}
