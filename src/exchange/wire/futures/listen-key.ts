/** Listen keys of the user data stream: asked for with the API key alone. */
import { refusal } from '../refusal.ts'
import type { Operation, Route } from '../route.ts'
import type { FuturesDesk } from './desk.ts'

/** What can be done with a listen key, over HTTP and in messages. */
export interface ListenKeyOperations {
  readonly start: Operation
  readonly extend: Operation
  readonly close: Operation
}

export function listenKeyOperations({ listenKeys }: FuturesDesk): ListenKeyOperations {
  const keyed = { security: 'key', weight: 1 } as const
  return {
    start: { ...keyed, run: ({ account, time }) => keyJson(listenKeys.start(account, time)) },
    extend: {
      ...keyed,
      run: ({ account, time }) => {
        const key = listenKeys.extend(account, time)
        return key === undefined ? refusal('unknownListenKey') : keyJson(key)
      },
    },
    close: {
      ...keyed,
      run: ({ account }) => {
        listenKeys.close(account)
        return '{}'
      },
    },
  }
}

export function listenKeyRoutes(desk: FuturesDesk): Route[] {
  const path = '/fapi/v1/listenKey'
  const { start, extend, close } = listenKeyOperations(desk)
  return [
    { ...start, method: 'POST', path },
    { ...extend, method: 'PUT', path },
    { ...close, method: 'DELETE', path },
  ]
}

function keyJson(key: string): string {
  return `{"listenKey":"${key}"}`
}
