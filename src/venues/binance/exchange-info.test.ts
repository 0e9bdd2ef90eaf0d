import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { Instrument } from '../../core/market/instrument.ts'
import { printDecimal } from '../../core/number/decimal.ts'
import { encodeUtf8 } from '../../core/utf8.ts'
import { dataTest } from '../../testing/data.ts'
import { readExchangeInfo } from './exchange-info.ts'
import { splitSymbol } from './quote-assets.ts'

const FUTURES = {
  symbol: 'BTCUSDT',
  pair: 'BTCUSDT',
  contractType: 'PERPETUAL',
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  marginAsset: 'USDT',
  pricePrecision: 2,
  quantityPrecision: 3,
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '556.80', maxPrice: '4529764', tickSize: '0.10' },
    { filterType: 'LOT_SIZE', minQty: '0.001', maxQty: '1000', stepSize: '0.001' },
    { filterType: 'MARKET_LOT_SIZE', minQty: '0.001', maxQty: '120', stepSize: '0.001' },
    { filterType: 'MAX_NUM_ORDERS', limit: 200 },
    { filterType: 'MIN_NOTIONAL', notional: '50' },
    { filterType: 'PERCENT_PRICE', multiplierUp: '1.0500', multiplierDown: '0.9500', multiplierDecimal: '4' },
    { filterType: 'POSITION_RISK_CONTROL', positionControlSide: 'NONE' },
  ],
}

const SPOT = {
  symbol: 'BTCUSDT',
  baseAsset: 'BTC',
  baseAssetPrecision: 8,
  quoteAsset: 'USDT',
  quotePrecision: 8,
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '0.01000000', maxPrice: '1000000.00000000', tickSize: '0.01000000' },
    { filterType: 'LOT_SIZE', minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
    { filterType: 'MARKET_LOT_SIZE', minQty: '0.00000000', maxQty: '110.05381873', stepSize: '0.00000000' },
    {
      filterType: 'PERCENT_PRICE_BY_SIDE',
      bidMultiplierUp: '5',
      bidMultiplierDown: '0.2',
      askMultiplierUp: '4',
      askMultiplierDown: '0.25',
      avgPriceMins: 5,
    },
    { filterType: 'NOTIONAL', minNotional: '5.00000000', applyMinToMarket: true, maxNotional: '9000000.00000000' },
  ],
}

function read(symbols: unknown[], venue: 'binance-usdm' | 'binance-spot'): ReturnType<typeof readExchangeInfo> {
  return readExchangeInfo(encodeUtf8(JSON.stringify({ symbols })), venue)
}

test('the rules of a futures symbol are counted in what the venue prints, not in its tick', () => {
  assert.deepEqual(read([FUTURES], 'binance-usdm'), {
    instruments: [
      {
        venue: 'binance-usdm',
        market: 'linear',
        symbol: 'BTCUSDT',
        version: 1,
        base: 'BTC',
        quote: 'USDT',
        settle: 'USDT',
        contractSize: 1,
        priceDecimals: 2,
        quantityDecimals: 3,
        markDecimals: 8,
        tickSize: 10,
        stepSize: 1,
        minQuantity: 1,
        maxQuantity: 1_000_000,
        marketStepSize: 1,
        marketMinQuantity: 1,
        marketMaxQuantity: 120_000,
        minPrice: 55_680,
        maxPrice: 452_976_400,
        minNotionalMicros: 50_000_000,
        priceBandUpPpm: 1_050_000,
        priceBandDownPpm: 950_000,
        inferred: false,
      },
    ],
    problems: [],
  })
})

test('spot prints more decimals than its steps have, as far as they can be counted', () => {
  const [instrument] = read([SPOT], 'binance-spot').instruments
  assert.equal(instrument?.priceDecimals, 8)
  assert.equal(instrument?.tickSize, 1_000_000)
  // 9,000 BTC times 100,000 at 8 decimals would leave the exact integers.
  assert.equal(instrument?.quantityDecimals, 7)
  assert.equal(instrument?.stepSize, 100)
  assert.equal(instrument?.marketStepSize, 0, 'the venue states none')
  assert.equal(instrument?.marketMaxQuantity, 1_100_538_187, 'a limit between two counts becomes the stricter one')
  assert.equal(instrument?.minNotionalMicros, 5_000_000)
  assert.equal(instrument?.priceBandUpPpm, 5_000_000, "purchases have the bid side's upper bound")
  assert.equal(instrument?.priceBandDownPpm, 250_000, "sales the ask side's lower one")
  assert.equal(instrument?.settle, 'USDT')
})

test('one symbol with unusable rules is told, and the others are kept', () => {
  const broken = {
    ...FUTURES,
    symbol: 'BADUSDT',
    filters: FUTURES.filters.filter(({ filterType }) => filterType !== 'LOT_SIZE'),
  }
  const info = read([broken, FUTURES], 'binance-usdm')
  assert.deepEqual(
    info.instruments.map(({ symbol }) => symbol),
    ['BTCUSDT'],
  )
  assert.equal(info.problems[0]?.symbol, 'BADUSDT')
  assert.equal(info.problems[0]?.reason, 'LOT_SIZE.stepSize is missing')
})

test('what is no exchange information is refused as a whole', () => {
  assert.match(readExchangeInfo(encodeUtf8('{"symbols":['), 'binance-usdm').problems[0]?.reason ?? '', /^no JSON: /)
  assert.match(readExchangeInfo(encodeUtf8('[]'), 'binance-usdm').problems[0]?.reason ?? '', /^no exchange information/)
})

/** Every number of a filter, printed back from its count, is the venue's own. */
function checkFilters(instruments: readonly Instrument[], body: string): void {
  const symbols = (JSON.parse(body) as { symbols: { symbol: string; filters: Record<string, string>[] }[] }).symbols
  assert.equal(instruments.length, symbols.length)
  symbols.forEach(({ symbol, filters }, index) => {
    const instrument = instruments[index]
    assert.equal(instrument?.symbol, symbol)
    if (instrument === undefined) return
    const printed: Record<string, string> = {
      tickSize: printDecimal(instrument.tickSize, instrument.priceDecimals),
      minPrice: printDecimal(instrument.minPrice, instrument.priceDecimals),
      maxPrice: printDecimal(instrument.maxPrice, instrument.priceDecimals),
      stepSize: printDecimal(instrument.stepSize, instrument.quantityDecimals),
      minQty: printDecimal(instrument.minQuantity, instrument.quantityDecimals),
      maxQty: printDecimal(instrument.maxQuantity, instrument.quantityDecimals),
    }
    for (const filter of filters.filter(
      ({ filterType }) => filterType === 'PRICE_FILTER' || filterType === 'LOT_SIZE',
    )) {
      for (const [key, text] of Object.entries(filter)) {
        if (key in printed) assert.equal(Number(printed[key]), Number(text), `${symbol} ${key}`)
      }
    }
  })
}

for (const [file, venue, count] of [
  ['BINANCE.0.gz', 'binance-spot', 1695],
  ['BINANCE_FUTURES.0.gz', 'binance-usdm', 122],
] as const) {
  dataTest(
    `all ${count} recorded ${venue} symbols have rules, and their names part as the venue says`,
    `captures/multi-symbol/${file}`,
    (path) => {
      const bytes = gunzipSync(readFileSync(path))
      const { instruments, problems } = readExchangeInfo(bytes, venue)
      assert.deepEqual(problems, [])
      assert.equal(instruments.length, count)
      const line = bytes.subarray(0, bytes.indexOf('\n')).toString()
      checkFilters(instruments, line.slice(line.indexOf('{')))
      const wrong = instruments.filter(({ symbol, base, quote }) => {
        const split = splitSymbol(symbol)
        return split?.base !== base || split.quote !== quote
      })
      assert.deepEqual(
        wrong.map(({ symbol }) => symbol),
        [],
      )
    },
  )
}
