/** A well-behaved client: places and cancels an order again and again, within the limits, on one kept connection. */
import { createHmac } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface OrderLineInput {
  readonly url: string
  readonly apiKey: string
  readonly secret: string
  /** A price that rests and stays within the filters, as decimal text. */
  readonly price: string
  /** The address it comes from; undefined for the system's choice. */
  readonly from: string | undefined
}

const PATH = '/fapi/v1/order'
/** Orders a second: three quarters of what an account may place in a minute. */
const PER_SECOND = 15

export class OrderLine {
  readonly #socket: Socket
  readonly #input: OrderLineInput
  #heard: (text: string) => void = () => undefined
  #number = 0

  constructor(input: OrderLineInput) {
    const { hostname, port } = new URL(input.url)
    const from = input.from === undefined ? {} : { localAddress: input.from }
    this.#input = input
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true, ...from })
    this.#socket.setEncoding('utf8').on('data', (text: string) => this.#heard(text))
  }

  /** Goes on for so long; resolves to the round trips of orders and cancels in milliseconds. */
  async run(seconds: number): Promise<readonly number[]> {
    const times: number[] = []
    const start = performance.now()
    for (let turn = 0; performance.now() - start < seconds * 1000; turn++) {
      const id = `calm-${this.#number++}`
      const order = `symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=${this.#input.price}`
      times.push(await this.#ask('POST', `${order}&newClientOrderId=${id}`, '"NEW"'))
      times.push(await this.#ask('DELETE', `symbol=BTCUSDT&origClientOrderId=${id}`, '"CANCELED"'))
      await sleep(Math.max(0, start + ((turn + 1) * 1000) / PER_SECOND - performance.now()))
    }
    return times
  }

  end(): void {
    this.#socket.destroy()
  }

  /** Milliseconds until the reply, which fits one packet. Rejects where it is not the one that is due. */
  #ask(method: string, text: string, due: string): Promise<number> {
    const { apiKey, secret } = this.#input
    const whole = `${text}&timestamp=${Date.now()}`
    const signature = createHmac('sha256', secret).update(whole).digest('hex')
    const head = `host: x\r\nx-mbx-apikey: ${apiKey}\r\ncontent-length: 0\r\n\r\n`
    return new Promise((resolve, reject) => {
      const start = performance.now()
      this.#heard = (reply) => {
        if (reply.startsWith('HTTP/1.1 200') && reply.includes(due)) resolve(performance.now() - start)
        else reject(new Error(`${method} ${text}: ${reply}`))
      }
      this.#socket.write(`${method} ${PATH}?${whole}&signature=${signature} HTTP/1.1\r\n${head}`)
    })
  }
}
