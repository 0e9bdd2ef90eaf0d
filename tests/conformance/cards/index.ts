/** All cards, by their numbers. */
import type { Card } from '../card.ts'
import { accountCards } from './account.ts'
import { conditionalCards } from './conditional.ts'
import { crossingCards } from './crossing.ts'
import { keyCards } from './keys.ts'
import { limitCards } from './limits.ts'
import { orderCards } from './orders.ts'
import { publicCards } from './public.ts'
import { rejectionCards } from './rejections.ts'
import { spotCards } from './spot.ts'
import { streamCards } from './streams.ts'

export const cards: readonly Card[] = [
  publicCards,
  orderCards,
  conditionalCards,
  accountCards,
  rejectionCards,
  spotCards,
  streamCards,
  limitCards,
  keyCards,
  crossingCards,
]
  .flat()
  .sort((a, b) => a.number - b.number)
