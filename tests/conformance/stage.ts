/** How a card comes to run: a client by its name, a stage for the card, and everything closed behind it. */
import { binanceFutures, binanceSpot } from './clients/binance.ts'
import { CcxtClient } from './clients/ccxt.ts'
import type { Access, Client, ClientName, FuturesClient, SpotClient } from './clients/client.ts'
import { futuresConnector } from './clients/connector-futures.ts'
import { spotConnector } from './clients/connector-spot.ts'
import type { Card, Stage } from './card.ts'
import type { Control } from './control.ts'
import type { Truth } from './truth.ts'

export const SYMBOL = 'BTCUSDT'

export interface Target {
  readonly name: 'box' | 'binance-demo'
  /** Runs a card through one client on a stage of its own. */
  run(card: Card, client: ClientName): Promise<void>
  stop(): Promise<void>
}

export function newFuturesClient(name: ClientName, access: Access): FuturesClient {
  if (name === 'ccxt') return new CcxtClient(access, 'futures')
  return name === 'connector' ? futuresConnector(access) : binanceFutures(access)
}

export function newSpotClient(name: ClientName, access: Access): SpotClient {
  if (name === 'ccxt') return new CcxtClient(access, 'spot')
  return name === 'connector' ? spotConnector(access) : binanceSpot(access)
}

/** What a card needs beside its client. */
export interface StageParts {
  readonly truth: Truth
  readonly control: Control
  readonly account: string
}

/** Runs a card through one client, and closes whatever it opened. */
export async function performCard(card: Card, client: ClientName, access: Access, parts: StageParts): Promise<void> {
  if (card.venue === 'futures') await perform(card.run, (wanted) => newFuturesClient(client, wanted), access, parts)
  else await perform(card.run, (wanted) => newSpotClient(client, wanted), access, parts)
}

async function perform<One extends Client>(
  run: (stage: Stage<One>) => Promise<void>,
  make: (access: Access) => One,
  access: Access,
  parts: StageParts,
): Promise<void> {
  const clients: One[] = []
  const open = (other: Partial<Access>): One => {
    const client = make({ ...access, ...other })
    clients.push(client)
    return client
  }
  try {
    await run({ client: open({}), another: open, symbol: SYMBOL, ...parts })
  } finally {
    for (const client of clients) await client.close()
  }
}
