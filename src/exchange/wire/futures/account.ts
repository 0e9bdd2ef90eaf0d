/** Balances, positions, income and fees of an account. */
import { POSITION_SIDES } from '../../feeds/futures-words.ts'
import { millis } from '../../feeds/number-text.ts'
import type { IncomeView } from '../../venue/futures/views.ts'
import { refusal } from '../refusal.ts'
import type { Answer, Call, Route } from '../route.ts'
import { readTimes } from '../spans.ts'
import { accountJson, accountJsonV2, balanceJson, positionRiskJson, positionRiskJsonV2 } from './account-json.ts'
import { moneyText, rateText } from './amounts.ts'
import type { FuturesDesk } from './desk.ts'
import { INCOME_WORDS, INCOMES, OTHER_INCOME } from './words.ts'

const ALL = -1

/** An account's balances, as the v2 and v3 endpoints and the WebSocket API give them. */
export function balances(desk: FuturesDesk, { account }: Call): Answer {
  const view = desk.venue.accountView(account)
  return `[${view.balances.map((balance) => balanceJson(desk, view, balance)).join(',')}]`
}

export function accountStatus(desk: FuturesDesk, { account }: Call): Answer {
  return accountJson(desk, desk.venue.accountView(account))
}

export function accountStatusV2(desk: FuturesDesk, { account }: Call): Answer {
  return accountJsonV2(desk, desk.venue.accountView(account), desk.venue.positionsOf(account, ALL))
}

/** Positions that are open or have orders. */
export function positionRisk(desk: FuturesDesk, { reader, account }: Call): Answer {
  const instrument = desk.instrumentOr(reader)
  if (reader.refusal !== undefined) return reader.refusal
  const rows = desk.venue
    .accountView(account)
    .positions.filter((position) => instrument === ALL || position.instrument === instrument)
  return `[${rows.map((position) => positionRiskJson(desk, position)).join(',')}]`
}

/** Every position there can be. */
export function positionRiskV2(desk: FuturesDesk, { reader, account }: Call): Answer {
  const instrument = desk.instrumentOr(reader)
  if (reader.refusal !== undefined) return reader.refusal
  const rows = desk.venue.positionsOf(account, instrument)
  return `[${rows.map((position) => positionRiskJsonV2(desk, position)).join(',')}]`
}

function income(desk: FuturesDesk, { reader, account }: Call): Answer {
  const instrument = desk.instrumentOr(reader)
  const kind = reader.textOr('incomeType', '')
  const limit = reader.limit('limit', 100, 1000)
  const page = reader.limit('page', 1, 1000)
  const { from, to } = readTimes(reader)
  const wanted = Object.hasOwn(INCOME_WORDS, kind) ? INCOME_WORDS[kind] : undefined
  if (kind !== '' && wanted === undefined && !OTHER_INCOME.includes(kind))
    reader.refuse(refusal('invalidParameter', 'incomeType'))
  if (reader.refusal !== undefined) return reader.refusal
  if (kind !== '' && wanted === undefined) return '[]'
  const rows = desk.venue.incomeOf(account, {
    limit: limit * page,
    ...(instrument === ALL ? {} : { instrument }),
    ...(wanted === undefined ? {} : { income: wanted }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  })
  // The first page is the newest one.
  const end = Math.max(0, rows.length - limit * (page - 1))
  const shown = rows.slice(Math.max(0, rows.length - limit * page), end)
  return `[${shown.map((row) => incomeJson(desk, row)).join(',')}]`
}

function incomeJson(desk: FuturesDesk, row: IncomeView): string {
  const kind = INCOMES[row.income]
  const symbol = row.instrument === ALL ? '' : desk.symbol(row.instrument)
  const tradeId = row.tradeId === 0 ? '' : String(row.tradeId)
  return (
    `{"symbol":"${symbol}","incomeType":"${kind}","income":"${moneyText(row.amount)}","asset":"${desk.asset(row.asset)}",` +
    `"info":"${tradeId === '' ? kind : tradeId}","time":${millis(row.time)},"tranId":${row.transactionId},` +
    `"tradeId":"${tradeId}"}`
  )
}

function commissionRate(desk: FuturesDesk, { reader, account }: Call): Answer {
  const instrument = desk.instrument(reader)
  if (reader.refusal !== undefined) return reader.refusal
  const { makerPpm, takerPpm } = desk.venue.feesOf(account, instrument)
  return (
    `{"symbol":"${desk.symbol(instrument)}","makerCommissionRate":"${rateText(makerPpm)}",` +
    `"takerCommissionRate":"${rateText(takerPpm)}","rpiCommissionRate":"${rateText(makerPpm)}"}`
  )
}

/** Places in the queue of automatic deleveraging; in hedge mode both sides of a cross position, and HEDGE instead of BOTH. */
function adlQuantile(desk: FuturesDesk, { reader, account }: Call): Answer {
  const instrument = desk.instrumentOr(reader)
  if (reader.refusal !== undefined) return reader.refusal
  const { positions, hedge } = desk.venue.accountView(account)
  const symbols = new Map<number, string[]>()
  for (const { instrument: each, positionSide, adlQuantile: place } of positions) {
    if (instrument !== ALL && each !== instrument) continue
    const places = symbols.get(each) ?? [hedge ? '"HEDGE":0' : '"LONG":0,"SHORT":0']
    symbols.set(each, [...places, `"${POSITION_SIDES[positionSide]}":${place}`])
  }
  const rows = [...symbols].map(([each, places]) => {
    return `{"symbol":"${desk.symbol(each)}","adlQuantile":{${places.join(',')}}}`
  })
  return `[${rows.join(',')}]`
}

export function accountRoutes(desk: FuturesDesk): Route[] {
  const read = { method: 'GET', security: 'signed', weight: 5 } as const
  const second = { ...read, weight: desk.habits.secondVersionWeight } as const
  return [
    { ...second, path: '/fapi/v2/balance', run: (call) => balances(desk, call) },
    { ...read, path: '/fapi/v3/balance', run: (call) => balances(desk, call) },
    { ...second, path: '/fapi/v2/account', run: (call) => accountStatusV2(desk, call) },
    { ...read, path: '/fapi/v3/account', run: (call) => accountStatus(desk, call) },
    { ...second, path: '/fapi/v2/positionRisk', run: (call) => positionRiskV2(desk, call) },
    { ...read, path: '/fapi/v3/positionRisk', run: (call) => positionRisk(desk, call) },
    { ...read, path: '/fapi/v1/income', weight: 30, run: (call) => income(desk, call) },
    { ...read, path: '/fapi/v1/commissionRate', weight: 20, run: (call) => commissionRate(desk, call) },
    { ...read, path: '/fapi/v1/adlQuantile', run: (call) => adlQuantile(desk, call) },
  ]
}
