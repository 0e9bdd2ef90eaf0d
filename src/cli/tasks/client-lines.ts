/** The lines that point client libraries at a running exchange: to be copied as they are. */

export interface ClientTarget {
  /** `http://127.0.0.1:8701`, without a slash behind it. */
  readonly futures: string
  readonly spot: string
  readonly apiKey: string
  readonly secret: string
}

/** Names of the libraries, and the lines for each, in JavaScript. */
export function clientLines(target: ClientTarget): readonly (readonly [library: string, lines: readonly string[]])[] {
  const { futures, spot, apiKey, secret } = target
  const keys = `apiKey: '${apiKey}', secret: '${secret}'`
  const signed = `apiKey: '${apiKey}', apiSecret: '${secret}'`
  const snake = `api_key: '${apiKey}', api_secret: '${secret}'`
  return [
    [
      'ccxt',
      [
        `const exchange = new ccxt.pro.binance({ ${keys}, options: { defaultType: 'swap', fetchMarkets: { types: ['linear', 'spot'] }, fetchMargins: false } })`,
        `const there = (url) => url.replace(/^https:\\/\\/fapi[^/]*/, '${futures}').replace(/^https:\\/\\/[^/]*/, '${spot}')`,
        `exchange.fetchImplementation = (url, request) => fetch(there(url), request)`,
        `Object.assign(exchange.urls.api.ws, { future: '${socket(futures)}/ws', spot: '${socket(spot)}/stream' })`,
        `Object.assign(exchange.urls.api.ws['ws-api'], { future: '${socket(futures)}/ws-fapi/v1', spot: '${socket(spot)}/ws-api/v3' })`,
        `exchange.has.fetchCurrencies = false; await exchange.loadHttpProxyAgent()`,
      ],
    ],
    [
      '@binance/derivatives-trading-usds-futures',
      [
        `const client = new DerivativesTradingUsdsFutures({`,
        `  configurationRestAPI: { ${signed}, basePath: '${futures}' },`,
        `  configurationWebsocketAPI: { ${signed}, wsURL: '${socket(futures)}/ws-fapi/v1' },`,
        `  configurationWebsocketStreams: { wsURL: '${socket(futures)}' },`,
        `})`,
      ],
    ],
    [
      '@binance/spot',
      [
        `const client = new Spot({`,
        `  configurationRestAPI: { ${signed}, basePath: '${spot}' },`,
        `  configurationWebsocketAPI: { ${signed}, wsURL: '${socket(spot)}/ws-api/v3' },`,
        `  configurationWebsocketStreams: { wsURL: '${socket(spot)}' },`,
        `})`,
      ],
    ],
    [
      'binance',
      [
        `const rest = new USDMClient({ ${snake}, baseUrl: '${futures}' })`,
        `const streams = new WebsocketClient({ ${snake}, wsUrl: '${socket(futures)}', restOptions: { baseUrl: '${futures}' } })`,
        `const messages = new WebsocketAPIClient({ ${snake}, wsUrl: '${socket(futures)}' })`,
        `const spot = new MainClient({ ${snake}, baseUrl: '${spot}' })`,
      ],
    ],
  ]
}

/** The address of sockets on the same port. */
export function socket(url: string): string {
  return url.replace(/^http/, 'ws')
}
