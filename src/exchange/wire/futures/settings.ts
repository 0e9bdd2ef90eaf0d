/** Settings of an account: position mode, leverage, margin type, and the rules behind them. */
import { POSITION_SIDES } from '../../feeds/futures-words.ts'
import { millis } from '../../feeds/number-text.ts'
import { isRefusal, refusal } from '../refusal.ts'
import type { Answer, Call, Route } from '../route.ts'
import { readTimes } from '../spans.ts'
import { moneyText, trimmedMoney } from './amounts.ts'
import type { FuturesDesk } from './desk.ts'
import { POSITION_SIDE_WORDS } from './words.ts'

const SUCCESS = '{"code":200,"msg":"success"}'
const AMOUNT_DECIMALS = 8
const ALL = -1
const PPM = 1_000_000
/** `type` of a change of a position's margin. */
const ADD = 1
const TAKE = 2

function positionMode(desk: FuturesDesk, { account }: Call): Answer {
  return `{"dualSidePosition":${desk.venue.accountView(account).hedge}}`
}

function changePositionMode(desk: FuturesDesk, call: Call): Answer {
  const { reader, account } = call
  reader.text('dualSidePosition')
  const hedge = reader.boolean('dualSidePosition', false)
  if (reader.refusal !== undefined) return reader.refusal
  const outcome = desk.submit(call, { kind: 'position-mode', account, hedge })
  return isRefusal(outcome) ? outcome : SUCCESS
}

/** The venue here has single-asset mode only. */
function changeAssetMode({ reader }: Call): Answer {
  reader.text('multiAssetsMargin')
  const wanted = reader.boolean('multiAssetsMargin', false)
  return reader.refusal ?? (wanted ? refusal('notSupported') : refusal('multiAssetsSame'))
}

/** Nobody pays fees in another asset here. */
function changeFeeBurn({ reader }: Call): Answer {
  reader.text('feeBurn')
  const wanted = reader.boolean('feeBurn', false)
  return reader.refusal ?? (wanted ? refusal('notSupported') : SUCCESS)
}

function changeLeverage(desk: FuturesDesk, call: Call): Answer {
  const { reader, account } = call
  const instrument = desk.instrument(reader)
  const leverage = reader.integer('leverage')
  if (reader.refusal !== undefined) return reader.refusal
  const outcome = desk.submit(call, { kind: 'leverage', account, instrument, leverage })
  if (isRefusal(outcome)) return outcome
  const settings = desk.venue.settingsOf(account, instrument)
  return `{"leverage":${settings.leverage},"maxNotionalValue":"${trimmedMoney(settings.maxNotional)}","symbol":"${desk.symbol(instrument)}"}`
}

function changeMarginType(desk: FuturesDesk, call: Call): Answer {
  const { reader, account } = call
  const instrument = desk.instrument(reader)
  const kinds = { CROSSED: 0, CROSS: 0, ISOLATED: 1 }
  const isolated = reader.choice('marginType', kinds, refusal('invalidParameter', 'marginType')) === 1
  if (reader.refusal !== undefined) return reader.refusal
  const outcome = desk.submit(call, { kind: 'margin-type', account, instrument, isolated })
  return isRefusal(outcome) ? outcome : SUCCESS
}

function changePositionMargin(desk: FuturesDesk, call: Call): Answer {
  const { reader, account } = call
  const instrument = desk.instrument(reader)
  const positionSide = reader.choice('positionSide', POSITION_SIDE_WORDS, refusal('positionSide'), 0)
  const amount = reader.quanta('amount', AMOUNT_DECIMALS)
  const type = reader.integer('type')
  if (type !== ADD && type !== TAKE) reader.refuse(refusal('invalidParameter', 'type'))
  if (amount === 0) reader.refuse(refusal('amountNotPositive'))
  if (reader.refusal !== undefined) return reader.refusal
  const signed = type === ADD ? amount : -amount
  const outcome = desk.submit(call, { kind: 'position-margin', account, instrument, positionSide, amount: signed })
  if (isRefusal(outcome)) return outcome
  const shown = trimmedMoney(BigInt(amount))
  return `{"amount":${shown},"code":200,"msg":"Successfully modify position margin.","type":${type}}`
}

function marginHistory(desk: FuturesDesk, { reader, account }: Call): Answer {
  const instrument = desk.instrument(reader)
  const type = reader.integer('type', 0)
  const limit = reader.limit('limit', 500, 500)
  const { from, to } = readTimes(reader)
  if (reader.refusal !== undefined) return reader.refusal
  const bounds = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
  const rows = desk.venue
    .marginChangesOf(account, { instrument, limit, ...bounds })
    .filter(({ amount }) => type === 0 || (amount > 0n ? ADD : TAKE) === type)
    .map((row) => {
      const added = row.amount > 0n
      return (
        `{"symbol":"${desk.symbol(row.instrument)}","type":${added ? ADD : TAKE},"deltaType":"USER_ADJUST",` +
        `"amount":"${moneyText(added ? row.amount : -row.amount)}","asset":"${desk.asset(row.asset)}",` +
        `"time":${millis(row.time)},"positionSide":"${POSITION_SIDES[row.positionSide]}"}`
      )
    })
  return `[${rows.join(',')}]`
}

function leverageBrackets(desk: FuturesDesk, { reader }: Call): Answer {
  const instrument = desk.instrumentOr(reader)
  if (reader.refusal !== undefined) return reader.refusal
  const wanted = instrument === ALL ? [...desk.venue.instruments.keys()] : [instrument]
  const rows = wanted.map((each) => {
    const brackets = desk.venue.bracketsOf(each).map((bracket) => {
      const { notionalCap, notionalFloor, maintenancePpm } = bracket
      return (
        `{"bracket":${bracket.bracket},"initialLeverage":${bracket.initialLeverage},"notionalCap":${notionalCap},` +
        `"notionalFloor":${notionalFloor},"maintMarginRatio":${maintenancePpm / PPM},"cum":${trimmedMoney(bracket.cum)}}`
      )
    })
    return `{"symbol":"${desk.symbol(each)}","notionalCoef":1.0,"brackets":[${brackets.join(',')}]}`
  })
  const isOne = instrument !== ALL && desk.habits.bracketsOfOne === 'object'
  return isOne ? (rows[0] ?? '{}') : `[${rows.join(',')}]`
}

function accountConfig(desk: FuturesDesk, { account }: Call): Answer {
  const { feeTier, hedge } = desk.venue.accountView(account)
  return (
    `{"feeTier":${feeTier},"canTrade":true,"canDeposit":true,"canWithdraw":true,"dualSidePosition":${hedge},` +
    `"updateTime":0,"multiAssetsMargin":false,"tradeGroupId":-1}`
  )
}

function symbolConfig(desk: FuturesDesk, { reader, account }: Call): Answer {
  const instrument = desk.instrumentOr(reader)
  if (reader.refusal !== undefined) return reader.refusal
  const wanted = instrument === ALL ? [...desk.venue.instruments.keys()] : [instrument]
  const rows = wanted.map((each) => {
    const { isolated, leverage, maxNotional } = desk.venue.settingsOf(account, each)
    return (
      `{"symbol":"${desk.symbol(each)}","marginType":"${isolated ? 'ISOLATED' : 'CROSSED'}","isAutoAddMargin":false,` +
      `"leverage":${leverage},"maxNotionalValue":"${trimmedMoney(maxNotional)}"}`
    )
  })
  return `[${rows.join(',')}]`
}

export function settingsRoutes(desk: FuturesDesk): Route[] {
  const read = { method: 'GET', security: 'signed', weight: 5 } as const
  const trade = { method: 'POST', security: 'trade', weight: 1 } as const
  const dual = '/fapi/v1/positionSide/dual'
  const assets = '/fapi/v1/multiAssetsMargin'
  return [
    { ...read, path: dual, weight: 30, run: (call) => positionMode(desk, call) },
    { ...trade, path: dual, run: (call) => changePositionMode(desk, call) },
    { ...read, path: assets, weight: 30, run: () => '{"multiAssetsMargin":false}' },
    { ...trade, path: assets, run: changeAssetMode },
    { ...read, path: '/fapi/v1/feeBurn', weight: 30, run: () => '{"feeBurn":false}' },
    { ...trade, path: '/fapi/v1/feeBurn', run: changeFeeBurn },
    { ...trade, path: '/fapi/v1/leverage', run: (call) => changeLeverage(desk, call) },
    { ...trade, path: '/fapi/v1/marginType', run: (call) => changeMarginType(desk, call) },
    { ...trade, path: '/fapi/v1/positionMargin', run: (call) => changePositionMargin(desk, call) },
    { ...read, path: '/fapi/v1/positionMargin/history', weight: 1, run: (call) => marginHistory(desk, call) },
    { ...read, path: '/fapi/v1/leverageBracket', weight: 1, run: (call) => leverageBrackets(desk, call) },
    { ...read, path: '/fapi/v1/accountConfig', run: (call) => accountConfig(desk, call) },
    // Nobody trades so badly here that the venue would restrict them.
    {
      ...read,
      path: '/fapi/v1/apiTradingStatus',
      weight: (parameters) => (parameters.find('symbol') === undefined ? 10 : 1),
      run: ({ time }) => `{"indicators":{},"updateTime":${millis(time)}}`,
    },
    { ...read, path: '/fapi/v1/symbolConfig', run: (call) => symbolConfig(desk, call) },
  ]
}
