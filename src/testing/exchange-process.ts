/** The exchange in a process of its own, as the command line starts it, with a client that signs by HMAC. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url))

/** What `tapewright exchange --json` prints, as far as clients need it. */
export interface ExchangeDocument {
  readonly futures: { readonly rest: string; readonly streams: string; readonly messages: string }
  readonly spot: { readonly rest: string; readonly streams: string; readonly messages: string }
  readonly accounts: readonly { readonly name: string; readonly apiKey: string; readonly secret: string }[]
}

export class ExchangeProcess {
  readonly child: ChildProcess
  readonly document: ExchangeDocument
  readonly #remarks: () => string

  private constructor(child: ChildProcess, document: ExchangeDocument, remarks: () => string) {
    this.child = child
    this.document = document
    this.#remarks = remarks
  }

  /** Starts it on free ports; resolves when it answers. */
  static async start(words: readonly string[]): Promise<ExchangeProcess> {
    const ports = ['--futures-port', '0', '--spot-port', '0', '--json']
    const child = spawn(process.execPath, [MAIN, 'exchange', ...ports, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    let remarks = ''
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => (remarks += piece))
    return new Promise((resolve, reject) => {
      child.on('exit', (code) => reject(new Error(`the exchange ended with ${code} before it answered: ${remarks}`)))
      child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
        // An error is a document too; then the process ends.
        if (text.endsWith('\n}\n') && text.includes('"futures"'))
          resolve(new ExchangeProcess(child, JSON.parse(text) as ExchangeDocument, () => remarks))
      })
    })
  }

  /** What it said on stderr. */
  get remarks(): string {
    return this.#remarks()
  }

  /** Ends it with a signal; resolves with its exit code, null where the signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode
    const gone = once(this.child, 'exit')
    this.child.kill(signal)
    const [code] = (await gone) as [number | null]
    return code
  }

  /** A signed request of the first account. Rejects where no reply comes. */
  async signed(
    venue: 'futures' | 'spot',
    method: string,
    path: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<Record<string, unknown>> {
    const [account] = this.document.accounts
    if (account === undefined) throw new Error('the exchange has no account')
    const query = new URLSearchParams({ ...parameters, timestamp: String(Date.now()), recvWindow: '60000' }).toString()
    const signature = createHmac('sha256', account.secret).update(query).digest('hex')
    const reply = await fetch(`${this.document[venue].rest}${path}?${query}&signature=${signature}`, {
      method,
      headers: { 'X-MBX-APIKEY': account.apiKey },
    })
    return (await reply.json()) as Record<string, unknown>
  }

  /** The reply to a request without signature, such as one of control. */
  async get<Reply>(venue: 'futures' | 'spot', path: string): Promise<Reply> {
    return (await (await fetch(`${this.document[venue].rest}${path}`)).json()) as Reply
  }
}
