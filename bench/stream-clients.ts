/** A thread of WebSocket clients that count what they hear, for the benchmark of streams. */
import { workerData } from 'node:worker_threads'
import { WebSocket } from 'ws'

/** What the thread is given: where to connect, how often, and what each client subscribes to. */
export interface StreamClientsInput {
  readonly url: string
  readonly clients: number
  readonly streams: readonly string[]
  /** [0] messages, [1] bytes; [2] sum of the lateness of those looked at in milliseconds, [3] how many, [4] the largest. */
  readonly counts: Float64Array
}

/** One message in so many is looked at. */
const LOOK = 50

const { url, clients, streams, counts } = workerData as StreamClientsInput
for (let client = 0; client < clients; client++) {
  const web = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true })
  web.on('open', () => web.send(JSON.stringify({ method: 'SUBSCRIBE', params: streams, id: client })))
  web.on('message', (data: Buffer) => {
    counts[0] = (counts[0] as number) + 1
    counts[1] = (counts[1] as number) + data.length
    if ((counts[0] as number) % LOOK === 0) look(data)
  })
}

/** How long ago the venue wrote this message. */
function look(data: Buffer): void {
  const written = /"E":(\d+)/.exec(data.toString('latin1', 0, 200))?.[1]
  if (written === undefined) return
  const late = Date.now() - Number(written)
  counts[2] = (counts[2] as number) + late
  counts[3] = (counts[3] as number) + 1
  counts[4] = Math.max(counts[4] as number, late)
}
