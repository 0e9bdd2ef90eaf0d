/** Accounts, balances and positions as plain objects (`views.ts`), from the exact figures. */
import { POSITION_SIDE } from '../requests.ts'
import { availableOf, maxWithdrawOf } from './available.ts'
import { quantileOf } from './deleveraging.ts'
import { rescale } from './figures.ts'
import type { FuturesState } from './futures-state.ts'
import { type AccountView, type BalanceView, ENTRY_DECIMALS, type PositionView } from './views.ts'

export function accountView(state: FuturesState, account: number): AccountView {
  const { accounts, instruments } = state
  const positions: PositionView[] = []
  for (const [instrument] of instruments.entries())
    for (const position of positionsOf(state, account, instrument))
      if (position.quantity !== 0 || position.bidNotional !== 0n || position.askNotional !== 0n)
        positions.push(position)
  return {
    account,
    name: accounts.names[account] ?? '',
    hedge: accounts.hedge[account] === 1,
    feeTier: accounts.feeTier[account] ?? 0,
    created: accounts.created[account] ?? 0,
    updated: accounts.updated[account] ?? 0,
    balances: balancesOf(state, account),
    positions,
  }
}

export function balancesOf(state: FuturesState, account: number): readonly BalanceView[] {
  return state.assets.map((_, asset) => {
    const sums = state.figures.ofAccount(account, asset)
    const available = availableOf(sums, state.options)
    return {
      asset,
      wallet: sums.wallet,
      crossWallet: sums.crossWallet,
      unrealized: sums.unrealized,
      crossUnrealized: sums.crossUnrealized,
      initialMargin: sums.positionMargin + sums.orderMargin,
      positionInitialMargin: sums.positionMargin,
      openOrderInitialMargin: sums.orderMargin,
      maintenanceMargin: sums.maintenance,
      marginBalance: sums.wallet + sums.unrealized,
      available: available > 0n ? available : 0n,
      maxWithdraw: maxWithdrawOf(sums, state.options),
      updated: state.accounts.updated[account] ?? 0,
    }
  })
}

/** The rows of the account's position mode, flat ones included. instrument -1: of all. */
export function positionsOf(state: FuturesState, account: number, instrument: number): readonly PositionView[] {
  if (instrument === -1) return state.instruments.flatMap((_, each) => positionsOf(state, account, each))
  const { hedge } = state.accounts
  const sides = hedge[account] === 1 ? [POSITION_SIDE.long, POSITION_SIDE.short] : [POSITION_SIDE.both]
  return sides.map((side) => positionView(state, account, instrument, side))
}

function positionView(state: FuturesState, account: number, instrument: number, side: number): PositionView {
  const { rows, accounts, markets, figures } = state
  const key = accounts.key(account, instrument)
  const leverage = accounts.leverage[key] as number
  const rules = state.instruments[instrument]
  const settings = {
    account,
    instrument,
    positionSide: side,
    markPrice: rescale(BigInt(markets.mark[instrument] as number), rules?.markDecimals ?? 0, ENTRY_DECIMALS),
    leverage,
    maxNotional: BigInt(markets.brackets[instrument]?.maxValue(leverage) ?? 0),
    isolated: accounts.isolated[key] === 1,
  }
  const row = rows.find(account, instrument, side)
  if (row === -1) return { ...settings, ...FLAT }
  const exact = figures.ofRow(row)
  return {
    ...settings,
    quantity: rows.quantity[row] as number,
    entryPrice: figures.entryPrice(row),
    breakEvenPrice: figures.breakEvenPrice(row),
    liquidationPrice: figures.liquidationPrice(row),
    unrealized: exact.unrealized,
    realized: rows.realized.get(row),
    notional: exact.value,
    isolatedWallet: exact.isolatedWallet,
    isolatedMargin: exact.isolated ? exact.isolatedWallet + exact.unrealized : 0n,
    initialMargin: exact.positionMargin + exact.orderMargin,
    positionInitialMargin: exact.positionMargin,
    openOrderInitialMargin: exact.orderMargin,
    maintenanceMargin: exact.maintenance,
    bidNotional: rows.buyValue.get(row),
    askNotional: rows.sellValue.get(row),
    adlQuantile: quantileOf(state, row),
    updated: rows.updated[row] as number,
  }
}

/** A position that never was. */
const FLAT = {
  quantity: 0,
  entryPrice: 0n,
  breakEvenPrice: 0n,
  liquidationPrice: 0n,
  unrealized: 0n,
  realized: 0n,
  notional: 0n,
  isolatedWallet: 0n,
  isolatedMargin: 0n,
  initialMargin: 0n,
  positionInitialMargin: 0n,
  openOrderInitialMargin: 0n,
  maintenanceMargin: 0n,
  bidNotional: 0n,
  askNotional: 0n,
  adlQuantile: 0,
  updated: 0,
} as const
