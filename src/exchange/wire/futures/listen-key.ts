/** Listen keys of the user data stream: asked for with the API key alone. */
import { refusal } from '../refusal.ts'
import type { Route } from '../route.ts'
import type { FuturesDesk } from './desk.ts'

const PATH = '/fapi/v1/listenKey'

export function listenKeyRoutes({ listenKeys }: FuturesDesk): Route[] {
  const keyed = { path: PATH, security: 'key', weight: 1 } as const
  return [
    { ...keyed, method: 'POST', run: ({ account, time }) => keyJson(listenKeys.start(account, time)) },
    {
      ...keyed,
      method: 'PUT',
      run: ({ account, time }) => {
        const key = listenKeys.extend(account, time)
        return key === undefined ? refusal('unknownListenKey') : keyJson(key)
      },
    },
    {
      ...keyed,
      method: 'DELETE',
      run: ({ account }) => {
        listenKeys.close(account)
        return '{}'
      },
    },
  ]
}

function keyJson(key: string): string {
  return `{"listenKey":"${key}"}`
}
