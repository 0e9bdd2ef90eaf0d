/** The lines that the documents and the exchange itself print for clients trade on it, with the real libraries. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { clientLines } from '../../src/cli/tasks/client-lines.ts'
import { ExchangeProcess } from '../../src/testing/exchange-process.ts'

const ROOT = new URL('../../', import.meta.url)
const run = promisify(execFile)

/** A folder in which the libraries are found, with an exchange beside it. */
async function newDesk(t: TestContext): Promise<{ folder: string; exchange: ExchangeProcess }> {
  const folder = mkdtempSync(join(tmpdir(), 'clients-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  symlinkSync(fileURLToPath(new URL('node_modules', ROOT)), join(folder, 'node_modules'), 'dir')
  const exchange = await ExchangeProcess.start(['--symbols', '2'])
  t.after(() => exchange.end('SIGKILL'))
  writeFileSync(join(folder, 'exchange.json'), JSON.stringify(exchange.document))
  return { folder, exchange }
}

/** Runs a script in the folder; returns what it printed. */
async function scriptSays(folder: string, name: string, text: string): Promise<string> {
  writeFileSync(join(folder, name), text)
  const { stdout } = await run(process.execPath, [name], { cwd: folder, timeout: 120_000 })
  return stdout.trim()
}

void test('README’s lines trade with ccxt and with the official connector', async (t) => {
  const { folder } = await newDesk(t)
  const text = readFileSync(new URL('README.md', ROOT), 'utf8')
  const scripts = [...text.matchAll(/^```js\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)]
  assert.deepEqual(
    scripts.map(([, name]) => name),
    ['with-ccxt.mjs', 'with-connector.mjs'],
  )
  const said: string[] = []
  for (const [, name = '', body = ''] of scripts) said.push(await scriptSays(folder, name, body))
  assert.deepEqual(said, ['closed 0.01 0.01', 'FILLED 0.010'])
})

/** What is done with each library once its lines have run. */
const TRADES: Readonly<Record<string, readonly [imports: string, trade: string, said: RegExp]>> = {
  ccxt: [
    `import ccxt from 'ccxt'`,
    `const orders = [await exchange.createOrder('BTC/USDT:USDT', 'market', 'buy', 0.01), await exchange.createOrder('BTC/USDT', 'market', 'buy', 0.01)]
const books = [await exchange.watchOrderBook('BTC/USDT:USDT'), await exchange.watchOrderBook('BTC/USDT')]
console.log(...orders.map(({ status }) => status), ...books.map(({ bids }) => bids.length > 5))
await exchange.close()
process.exit()`,
    /^closed closed true true$/,
  ],
  '@binance/derivatives-trading-usds-futures': [
    `import { DerivativesTradingUsdsFutures } from '@binance/derivatives-trading-usds-futures'`,
    `const order = await client.restAPI.newOrder({ symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: 0.01 })
const messages = await client.websocketAPI.connect()
const placed = await messages.newOrder({ symbol: 'BTCUSDT', side: 'SELL', type: 'MARKET', quantity: 0.01 })
console.log((await order.data()).symbol, placed.data.symbol)
process.exit()`,
    /^BTCUSDT BTCUSDT$/m,
  ],
  '@binance/spot': [
    `import { Spot } from '@binance/spot'`,
    `const order = await client.restAPI.newOrder({ symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: 0.01 })
console.log((await order.data()).status)
process.exit()`,
    /^FILLED$/m,
  ],
  binance: [
    `import { MainClient, USDMClient, WebsocketAPIClient, WebsocketClient } from 'binance'`,
    `const first = await rest.submitNewOrder({ symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: 0.01, newOrderRespType: 'RESULT' })
const second = await spot.submitNewOrder({ symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: 0.01, newOrderRespType: 'FULL' })
console.log(first.status, second.status)
process.exit()`,
    /^FILLED FILLED$/m,
  ],
}

void test('the lines that the exchange prints work as they are', async (t) => {
  const { folder, exchange } = await newDesk(t)
  const { futures, spot, accounts } = exchange.document
  const [account] = accounts
  assert.ok(account !== undefined)
  const printed = clientLines({ ...account, futures: futures.rest, spot: spot.rest })
  for (const [at, [library, lines]] of printed.entries())
    await t.test(library, async () => {
      const [imports, trade, said] = TRADES[library] ?? assert.fail(library)
      const text = await scriptSays(folder, `printed-${at}.mjs`, [imports, ...lines, trade].join('\n'))
      assert.match(text, said)
    })
})
