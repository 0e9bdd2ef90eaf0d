/** ACCOUNT_UPDATE, ACCOUNT_CONFIG_UPDATE and MARGIN_CALL of the futures user stream. Times are microseconds. */
import type { PositionView } from '../venue/futures/views.ts'
import { POSITION_SIDES } from './futures-words.ts'
import { amountText, millis, type NumberText } from './number-text.ts'

/** What changed in one asset. Amounts in 10^-8. */
export interface BalanceChange {
  readonly asset: string
  readonly wallet: bigint
  readonly crossWallet: bigint
  /** Change of the balance but for profit and fees. */
  readonly change: bigint
}

/** A position as an event left it: `quantity` in lots, the rest as it is now. */
export interface PositionChange {
  readonly symbol: string
  readonly numbers: NumberText
  readonly quantity: number
  readonly view: PositionView
}

export function accountUpdateText(
  reason: string,
  symbol: string,
  balances: readonly BalanceChange[],
  positions: readonly PositionChange[],
  time: number,
  now: number,
): string {
  const named = symbol === '' ? '' : `"S":"${symbol}",`
  return (
    `{"e":"ACCOUNT_UPDATE","E":${millis(now)},"T":${millis(time)},"a":{"m":"${reason}",${named}` +
    `"B":[${balances.map(balanceText).join(',')}],"P":[${positions.map(positionText).join(',')}]}}`
  )
}

function balanceText({ asset, wallet, crossWallet, change }: BalanceChange): string {
  return `{"a":"${asset}","wb":"${amountText(wallet)}","cw":"${amountText(crossWallet)}","bc":"${amountText(change)}"}`
}

function positionText({ symbol, numbers, quantity, view }: PositionChange): string {
  return (
    `{"s":"${symbol}","pa":"${numbers.quantity(quantity)}","ep":"${amountText(quantity === 0 ? 0n : view.entryPrice)}",` +
    `"bep":"${amountText(quantity === 0 ? 0n : view.breakEvenPrice)}","cr":"${amountText(view.realized)}",` +
    `"up":"${amountText(view.unrealized)}","mt":"${view.isolated ? 'isolated' : 'cross'}",` +
    `"iw":"${amountText(view.isolatedWallet)}","ps":"${POSITION_SIDES[view.positionSide]}"}`
  )
}

export function leverageText(symbol: string, leverage: number, time: number, now: number): string {
  return `{"e":"ACCOUNT_CONFIG_UPDATE","E":${millis(now)},"T":${millis(time)},"ac":{"s":"${symbol}","l":${leverage}}}`
}

/** `crossWallet` counts 10^-8 of the settle asset. */
export function marginCallText(crossWallet: bigint, positions: readonly PositionChange[], now: number): string {
  const rows = positions.map(
    ({ symbol, numbers, quantity, view }) =>
      `{"s":"${symbol}","ps":"${POSITION_SIDES[view.positionSide]}","pa":"${numbers.quantity(quantity)}",` +
      `"mt":"${view.isolated ? 'ISOLATED' : 'CROSSED'}","iw":"${amountText(view.isolatedWallet)}",` +
      `"mp":"${amountText(view.markPrice)}","up":"${amountText(view.unrealized)}","mm":"${amountText(view.maintenanceMargin)}"}`,
  )
  return `{"e":"MARGIN_CALL","E":${millis(now)},"cw":"${amountText(crossWallet)}","p":[${rows.join(',')}]}`
}
