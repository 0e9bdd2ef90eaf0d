/** Parting a symbol into base and quote where no exchange information says which is which. */

/** Assets that others are quoted in, longest first: `BTCFDUSD` ends in FDUSD before it ends in USD. */
const QUOTE_ASSETS: readonly string[] = [
  'FDUSD',
  'USDT',
  'USDC',
  'BUSD',
  'TUSD',
  'USDP',
  'USDS',
  'USDE',
  'USD1',
  'EURI',
  'GYEN',
  'BIDR',
  'BKRW',
  'BVND',
  'IDRT',
  'BTC',
  'ETH',
  'BNB',
  'XRP',
  'TRX',
  'SOL',
  'DOGE',
  'DOT',
  'DAI',
  'PAX',
  'VAI',
  'UST',
  'EUR',
  'GBP',
  'AUD',
  'TRY',
  'BRL',
  'RUB',
  'UAH',
  'NGN',
  'ZAR',
  'PLN',
  'RON',
  'ARS',
  'JPY',
  'MXN',
  'CZK',
  'COP',
  'IDR',
  'USD',
].toSorted((a, b) => b.length - a.length)

/** The base and quote asset of a symbol such as `BTCUSDT` or `BTCUSDT_240927`; undefined when no known quote asset ends it. */
export function splitSymbol(symbol: string): { readonly base: string; readonly quote: string } | undefined {
  const delivery = symbol.indexOf('_')
  const pair = delivery < 0 ? symbol : symbol.slice(0, delivery)
  const quote = QUOTE_ASSETS.find((asset) => pair.length > asset.length && pair.endsWith(asset))
  return quote === undefined ? undefined : { base: pair.slice(0, -quote.length), quote }
}
