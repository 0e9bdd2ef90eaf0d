/** The thread in which a run is verified: a strategy that never returns must not stop the program here either. */
import { serveWatched } from '../../node/watched-worker.ts'
import { performVerify } from './verify-work.ts'
import type { VerifyRequest } from './verify-work.ts'

await serveWatched((tools) => performVerify(tools.data as VerifyRequest, tools))
