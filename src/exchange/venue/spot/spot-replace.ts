/** Cancel and replace: one order goes, another comes, and each may fail. */
import type { CancelReplaceRequest } from '../requests.ts'
import type { SpotEntry } from './spot-entry.ts'
import { SPOT_ERROR } from './spot-errors.ts'
import type { SpotRemoval } from './spot-removal.ts'

/** What became of both halves. */
export interface ReplaceOutcome {
  /** SPOT_ERROR of the cancellation; its slot is -1 where it failed. */
  readonly cancelError: number
  readonly cancelSlot: number
  /** Of the new order; it was not attempted where `attempted` is false. */
  readonly attempted: boolean
  readonly orderError: number
  readonly orderSlot: number
}

export const NOTHING_REPLACED: ReplaceOutcome = {
  cancelError: 0,
  cancelSlot: -1,
  attempted: false,
  orderError: 0,
  orderSlot: -1,
}

export function cancelReplace(request: CancelReplaceRequest, removal: SpotRemoval, entry: SpotEntry): ReplaceOutcome {
  const cancelError = removal.cancel(request.cancel)
  const cancelSlot = removal.lastSlot
  if (cancelError !== SPOT_ERROR.none && !request.allowFailure)
    return { ...NOTHING_REPLACED, cancelError, cancelSlot: -1 }
  const { order } = request
  const orderError = order.kind === 'place' ? entry.place(order) : entry.placeStop(order)
  return { cancelError, cancelSlot, attempted: true, orderError, orderSlot: entry.lastSlot }
}

/** The SPOT_ERROR of the whole: none where both halves succeeded. */
export function replaceError({ cancelError, attempted, orderError }: ReplaceOutcome): number {
  const failures = (cancelError === 0 ? 0 : 1) + (attempted && orderError === 0 ? 0 : 1)
  if (failures === 0) return SPOT_ERROR.none
  return failures === 1 ? SPOT_ERROR.replacePartlyFailed : SPOT_ERROR.replaceFailed
}
