/** Balances, positions and accounts as JSON of the futures venue: some names and zeros differ from endpoint to endpoint. */
import { POSITION_SIDES } from '../../feeds/futures-words.ts'
import { millis } from '../../feeds/number-text.ts'
import type { AccountView, BalanceView, PositionView } from '../../venue/futures/views.ts'
import { averageText, moneyText, trimmedMoney, zeroOrMoney } from './amounts.ts'
import type { FuturesDesk } from './desk.ts'

/** An element of v2/balance and v3/balance. */
export function balanceJson(desk: FuturesDesk, account: AccountView, balance: BalanceView): string {
  return (
    `{"accountAlias":"${account.name}","asset":"${desk.asset(balance.asset)}","balance":"${moneyText(balance.wallet)}",` +
    `"crossWalletBalance":"${moneyText(balance.crossWallet)}","crossUnPnl":"${moneyText(balance.crossUnrealized)}",` +
    `"availableBalance":"${moneyText(balance.available)}","maxWithdrawAmount":"${moneyText(balance.maxWithdraw)}",` +
    `"marginAvailable":true,"updateTime":${millis(balance.updated)}}`
  )
}

/** An element of `assets` in v2/account and v3/account. */
function assetJson(desk: FuturesDesk, balance: BalanceView, isVersion2: boolean): string {
  return (
    `{"asset":"${desk.asset(balance.asset)}","walletBalance":"${moneyText(balance.wallet)}",` +
    `"unrealizedProfit":"${moneyText(balance.unrealized)}","marginBalance":"${moneyText(balance.marginBalance)}",` +
    `"maintMargin":"${moneyText(balance.maintenanceMargin)}","initialMargin":"${moneyText(balance.initialMargin)}",` +
    `"positionInitialMargin":"${moneyText(balance.positionInitialMargin)}",` +
    `"openOrderInitialMargin":"${moneyText(balance.openOrderInitialMargin)}",` +
    `"crossWalletBalance":"${moneyText(balance.crossWallet)}","crossUnPnl":"${moneyText(balance.crossUnrealized)}",` +
    `"availableBalance":"${moneyText(balance.available)}","maxWithdrawAmount":"${moneyText(balance.maxWithdraw)}",` +
    `${isVersion2 ? '"marginAvailable":true,' : ''}"updateTime":${millis(balance.updated)}}`
  )
}

/** The totals of an account in single-asset mode are those of the asset that the contracts settle in. */
function totalsJson(balance: BalanceView): string {
  return (
    `"totalInitialMargin":"${moneyText(balance.initialMargin)}",` +
    `"totalMaintMargin":"${moneyText(balance.maintenanceMargin)}","totalWalletBalance":"${moneyText(balance.wallet)}",` +
    `"totalUnrealizedProfit":"${moneyText(balance.unrealized)}",` +
    `"totalMarginBalance":"${moneyText(balance.marginBalance)}",` +
    `"totalPositionInitialMargin":"${moneyText(balance.positionInitialMargin)}",` +
    `"totalOpenOrderInitialMargin":"${moneyText(balance.openOrderInitialMargin)}",` +
    `"totalCrossWalletBalance":"${moneyText(balance.crossWallet)}",` +
    `"totalCrossUnPnl":"${moneyText(balance.crossUnrealized)}","availableBalance":"${moneyText(balance.available)}",` +
    `"maxWithdrawAmount":"${moneyText(balance.maxWithdraw)}"`
  )
}

/** v3/account: positions that are open or have orders. */
export function accountJson(desk: FuturesDesk, account: AccountView): string {
  const assets = account.balances.map((balance) => assetJson(desk, balance, false))
  const positions = account.positions.map((position) => accountPositionJson(desk, position))
  return `{${totalsJson(mainBalance(desk, account))},"assets":[${assets.join(',')}],"positions":[${positions.join(',')}]}`
}

/** v2/account: every position there can be. */
export function accountJsonV2(desk: FuturesDesk, account: AccountView, positions: readonly PositionView[]): string {
  const assets = account.balances.map((balance) => assetJson(desk, balance, true))
  const rows = positions.map((position) => accountPositionJsonV2(desk, position))
  return (
    `{"feeTier":${account.feeTier},"feeBurn":false,"canTrade":true,"canDeposit":true,"canWithdraw":true,` +
    `"updateTime":${millis(account.updated)},"multiAssetsMargin":false,"tradeGroupId":-1,` +
    `${totalsJson(mainBalance(desk, account))},"assets":[${assets.join(',')}],"positions":[${rows.join(',')}]}`
  )
}

function accountPositionJson(desk: FuturesDesk, position: PositionView): string {
  return (
    `{"symbol":"${desk.symbol(position.instrument)}","positionSide":"${POSITION_SIDES[position.positionSide]}",` +
    `"positionAmt":"${desk.text(position.instrument).quantity(position.quantity)}",` +
    `"unrealizedProfit":"${moneyText(position.unrealized)}","isolatedMargin":"${zeroOrMoney(position.isolatedMargin)}",` +
    `"notional":"${moneyText(position.notional)}","isolatedWallet":"${zeroOrMoney(position.isolatedWallet)}",` +
    `"initialMargin":"${moneyText(position.initialMargin)}","maintMargin":"${moneyText(position.maintenanceMargin)}",` +
    `"updateTime":${millis(position.updated)}}`
  )
}

function accountPositionJsonV2(desk: FuturesDesk, position: PositionView): string {
  return (
    `{"symbol":"${desk.symbol(position.instrument)}","initialMargin":"${moneyText(position.initialMargin)}",` +
    `"maintMargin":"${moneyText(position.maintenanceMargin)}","unrealizedProfit":"${moneyText(position.unrealized)}",` +
    `"positionInitialMargin":"${moneyText(position.positionInitialMargin)}",` +
    `"openOrderInitialMargin":"${zeroOrMoney(position.openOrderInitialMargin)}","leverage":"${position.leverage}",` +
    `"isolated":${position.isolated},"entryPrice":"${averageText(position.entryPrice)}",` +
    `"breakEvenPrice":"${averageText(position.breakEvenPrice)}","maxNotional":"${trimmedMoney(position.maxNotional)}",` +
    `"bidNotional":"${trimmedMoney(position.bidNotional)}","askNotional":"${trimmedMoney(position.askNotional)}",` +
    `"positionSide":"${POSITION_SIDES[position.positionSide]}",` +
    `"positionAmt":"${desk.text(position.instrument).quantity(position.quantity)}",` +
    `"updateTime":${millis(position.updated)}}`
  )
}

/** An element of v2/positionRisk. */
export function positionRiskJsonV2(desk: FuturesDesk, position: PositionView): string {
  return (
    `{"symbol":"${desk.symbol(position.instrument)}",${pricesJson(desk, position)},"leverage":"${position.leverage}",` +
    `"maxNotionalValue":"${trimmedMoney(position.maxNotional)}","marginType":"${position.isolated ? 'isolated' : 'cross'}",` +
    `"isolatedMargin":"${moneyText(position.isolatedMargin)}","isAutoAddMargin":"false",` +
    `"positionSide":"${POSITION_SIDES[position.positionSide]}","notional":"${zeroOrMoney(position.notional)}",` +
    `"isolatedWallet":"${zeroOrMoney(position.isolatedWallet)}","updateTime":${millis(position.updated)}}`
  )
}

/** An element of v3/positionRisk, which says neither leverage nor margin type. */
export function positionRiskJson(desk: FuturesDesk, position: PositionView): string {
  return (
    `{"symbol":"${desk.symbol(position.instrument)}","positionSide":"${POSITION_SIDES[position.positionSide]}",` +
    `${pricesJson(desk, position)},"isolatedMargin":"${zeroOrMoney(position.isolatedMargin)}",` +
    `"notional":"${moneyText(position.notional)}","marginAsset":"${desk.rules(position.instrument).settle}",` +
    `"isolatedWallet":"${zeroOrMoney(position.isolatedWallet)}","initialMargin":"${moneyText(position.initialMargin)}",` +
    `"maintMargin":"${moneyText(position.maintenanceMargin)}",` +
    `"positionInitialMargin":"${moneyText(position.positionInitialMargin)}",` +
    `"openOrderInitialMargin":"${zeroOrMoney(position.openOrderInitialMargin)}","adl":${position.adlQuantile},` +
    `"bidNotional":"${trimmedMoney(position.bidNotional)}","askNotional":"${trimmedMoney(position.askNotional)}",` +
    `"updateTime":${millis(position.updated)}}`
  )
}

function pricesJson(desk: FuturesDesk, position: PositionView): string {
  return (
    `"positionAmt":"${desk.text(position.instrument).quantity(position.quantity)}",` +
    `"entryPrice":"${averageText(position.entryPrice)}","breakEvenPrice":"${averageText(position.breakEvenPrice)}",` +
    `"markPrice":"${moneyText(position.markPrice)}","unRealizedProfit":"${moneyText(position.unrealized)}",` +
    `"liquidationPrice":"${trimmedMoney(position.liquidationPrice)}"`
  )
}

/** The balance in the asset that the first contract settles in. */
function mainBalance(desk: FuturesDesk, account: AccountView): BalanceView {
  const settle = desk.venue.assets.indexOf(desk.venue.instruments[0]?.settle ?? '')
  const balance = account.balances.find(({ asset }) => asset === settle) ?? account.balances[0]
  if (balance === undefined) throw new Error(`account ${account.account} has no balance of any asset`)
  return balance
}
