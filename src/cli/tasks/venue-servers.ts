/** The venues of the box on ports of their own: REST, streams and the WebSocket API. */
import type { FastifyInstance } from 'fastify'
import { SELF_TRADE } from '../../exchange/venue/requests.ts'
import { FuturesDesk } from '../../exchange/wire/futures/desk.ts'
import { futuresMethods } from '../../exchange/wire/futures/methods.ts'
import { futuresRoutes } from '../../exchange/wire/futures/routes.ts'
import {
  FUNDING_POOL,
  FUTURES_LIMIT_TEXTS,
  FUTURES_ORDERS,
  FUTURES_WEIGHT,
  OrderCounts,
  RequestWeights,
  SPOT_LIMIT_TEXTS,
  SPOT_ORDERS,
  SPOT_WEIGHT,
} from '../../exchange/wire/rate-limits.ts'
import type { FaultBoard } from '../../exchange/wire/faults.ts'
import type { KeyRing } from '../../exchange/wire/security.ts'
import { createRestServer } from '../../exchange/wire/server.ts'
import { ApiFaults } from '../../exchange/wire/sockets/api-faults.ts'
import { ApiSockets } from '../../exchange/wire/sockets/api-sockets.ts'
import { FUTURES_SOCKETS, SPOT_SOCKETS, type SocketRules } from '../../exchange/wire/sockets/socket-rules.ts'
import { takeUpgrades } from '../../exchange/wire/sockets/upgrade.ts'
import { SpotDesk } from '../../exchange/wire/spot/desk.ts'
import { FilledOrders } from '../../exchange/wire/spot/filled-orders.ts'
import { spotMethods } from '../../exchange/wire/spot/methods.ts'
import { spotRoutes } from '../../exchange/wire/spot/routes.ts'
import { systemClock } from '../../node/clock.ts'
import type { ExchangeHost } from './open-box.ts'
import { defer, type FuturesStreams, type SpotStreams, type VenueStreams } from './venue-streams.ts'

const wait = (milliseconds: number): Promise<void> => systemClock.sleep(milliseconds)

export interface ServerParts<Streams> {
  readonly host: ExchangeHost
  readonly keys: KeyRing
  readonly streams: Streams
  readonly faults: FaultBoard
  readonly onFault: (error: unknown) => void
}

/** A server that is ready to listen, and the WebSocket API on its port. */
export interface VenueServer {
  readonly app: FastifyInstance
  readonly api: ApiSockets
}

/** What a handshake of the WebSocket API weighs. */
const FUTURES_HANDSHAKE = 5
const SPOT_HANDSHAKE = 2

export function futuresServer({ host, keys, streams, faults, onFault }: ServerParts<FuturesStreams>): VenueServer {
  const orders = new OrderCounts(FUTURES_ORDERS)
  const desk = new FuturesDesk({
    machine: host.futures,
    memory: streams.feed,
    listenKeys: streams.listenKeys,
    weightRules: FUTURES_WEIGHT,
    orderRules: FUTURES_ORDERS,
    habits: { selfTradeSingle: SELF_TRADE.expireMaker, selfTradeElsewhere: SELF_TRADE.none },
  })
  const app = createRestServer({
    routes: futuresRoutes(desk),
    dialect: 'futures',
    keys,
    turns: host.futures,
    weights: new RequestWeights(FUTURES_WEIGHT, FUTURES_LIMIT_TEXTS),
    fundingPool: new RequestWeights(FUNDING_POOL, FUTURES_LIMIT_TEXTS),
    orders,
    onFault,
  })
  const api = new ApiSockets({
    path: '/ws-fapi/v1',
    dialect: 'futures',
    operations: futuresMethods(desk),
    keys,
    turns: host.futures,
    weights: new RequestWeights(FUTURES_WEIGHT, FUTURES_LIMIT_TEXTS),
    orders,
    rules: FUTURES_SOCKETS,
    handshakeWeight: FUTURES_HANDSHAKE,
    users: undefined,
    faults: new ApiFaults(faults, 'futures', wait),
    onFault,
    defer,
  })
  takeSockets(app, host, streams, api, FUTURES_SOCKETS)
  return { app, api }
}

export function spotServer({ host, keys, streams, faults, onFault }: ServerParts<SpotStreams>): VenueServer {
  const orders = new OrderCounts(SPOT_ORDERS)
  host.box.attach('spot', new FilledOrders(host.spot.venue, orders))
  const desk = new SpotDesk({ machine: host.spot, memory: streams.feed, weightRules: SPOT_WEIGHT, orders })
  const app = createRestServer({
    routes: spotRoutes(desk),
    dialect: 'spot',
    keys,
    turns: host.spot,
    weights: new RequestWeights(SPOT_WEIGHT, SPOT_LIMIT_TEXTS),
    fundingPool: undefined,
    orders,
    onFault,
  })
  const api = new ApiSockets({
    path: '/ws-api/v3',
    dialect: 'spot',
    operations: spotMethods(desk),
    keys,
    turns: host.spot,
    weights: new RequestWeights(SPOT_WEIGHT, SPOT_LIMIT_TEXTS),
    orders,
    rules: SPOT_SOCKETS,
    handshakeWeight: SPOT_HANDSHAKE,
    users: streams.users,
    faults: new ApiFaults(faults, 'spot', wait),
    onFault,
    defer,
  })
  streams.attach(api)
  takeSockets(app, host, streams, api, SPOT_SOCKETS)
  return { app, api }
}

/** Takes up WebSockets on the server's port until it closes. */
function takeSockets(
  app: FastifyInstance,
  host: ExchangeHost,
  { sockets }: VenueStreams,
  api: ApiSockets,
  rules: SocketRules,
): void {
  const end = takeUpgrades({
    server: app.server,
    rules,
    now: () => host.box.time,
    find: (target) => {
      if (api.serves(target)) return (web, bytes, address) => api.accept(web, bytes, address, target)
      const path = sockets.read(target)
      return path === undefined ? undefined : (web, bytes, address) => sockets.accept(web, bytes, address, path)
    },
  })
  app.addHook('onClose', async () => end())
}
