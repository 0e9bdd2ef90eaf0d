/** Output rows of an engine as objects, and as sentences that a test can state. */
import type { OutputWriter } from '../core/engine/output-writer.ts'
import {
  BLOCK,
  BLOCKED,
  DIRECTION,
  INTENT,
  ORDER_FLAGS,
  ORDER_TYPE,
  REQUEST,
  REQUEST_OPERATION,
  SIGNAL,
  STRATEGY_FAILED,
  TARGET,
  TARGET_STYLE,
  TEXT,
  TIME_IN_FORCE,
} from '../core/tape/kinds.ts'
import { CAUSE, HEAD, ROW_BYTES, ROW_SLOTS, ROW_WORDS } from '../core/tape/layout.ts'
import { recordRows } from '../core/tape/row-buffer.ts'
import { readText } from '../core/tape/text-record.ts'

/** What every output says: its cause and its place among that input's outputs. */
export interface Caused {
  readonly cause: number
  readonly n: number
}

export interface IntentOutput extends Caused {
  readonly kind: 'intent'
  readonly intent: number
  readonly strategy: number
  readonly instrument: number
  readonly side: 'buy' | 'sell'
  readonly type: string
  readonly timeInForce: string
  readonly price: number
  readonly quantity: number
  readonly trigger: number
  readonly opening: boolean
  readonly reduceOnly: boolean
  readonly protective: boolean
}

export type Output =
  | IntentOutput
  | (Caused & {
      readonly kind: 'signal'
      readonly strategy: number
      readonly instrument: number
      readonly direction: string
      readonly reason: string
    })
  | (Caused & {
      readonly kind: 'target'
      readonly strategy: number
      readonly instrument: number
      readonly quantity: number
      readonly position: number
      readonly style: string
    })
  | (Caused & { readonly kind: 'blocked'; readonly strategy: number; readonly reasons: readonly string[] })
  | (Caused & { readonly kind: 'place' | 'cancel'; readonly intent: number; readonly clientId: string })
  | (Caused & { readonly kind: 'text'; readonly text: string })
  | (Caused & { readonly kind: 'failed'; readonly strategy: number })
  | (Caused & { readonly kind: 'other'; readonly row: number })

/** Reads the output rows that wait to be taken. */
export function readOutputs(outputs: OutputWriter): readonly Output[] {
  const { rows } = outputs
  const found: Output[] = []
  for (let row = 0; row < rows.length; row += recordRows(rows, row)) found.push(readOutput(outputs, row))
  return found
}

/** The rows as people would say them; places follow their intents and texts their signals, so both are left out. */
export function sentences(outputs: readonly Output[]): readonly string[] {
  return outputs.flatMap((output) => {
    switch (output.kind) {
      case 'signal':
        return [`signal ${output.direction}: ${output.reason}`]
      case 'target':
        return [`target ${output.quantity}${output.style === 'postOnly' ? ' as maker' : ''}`]
      case 'blocked':
        return [`blocked: ${output.reasons.join(', ')}`]
      case 'intent':
        return [orderSentence(output)]
      case 'cancel':
        return [`cancel #${output.intent}`]
      case 'failed':
        return [`strategy ${output.strategy} failed`]
      case 'other':
        return [`row of kind ${output.row}`]
      case 'place':
      case 'text':
        return []
    }
  })
}

function orderSentence(order: IntentOutput): string {
  const { intent, side, quantity, type, price, trigger } = order
  const where = type === 'market' ? 'at market' : type === 'limit' ? `at ${price}` : `${type} ${trigger}`
  const marks = [
    order.timeInForce === 'postOnly' ? 'post-only' : '',
    order.opening ? 'opening' : '',
    order.reduceOnly ? 'reduce-only' : '',
  ]
  return [`#${intent}`, side, quantity, where, ...marks.filter((mark) => mark !== '')].join(' ')
}

function readOutput(outputs: OutputWriter, row: number): Output {
  const { rows } = outputs
  const { u8, u16, u32, f64 } = rows
  const byte = row * ROW_BYTES
  const slot = row * ROW_SLOTS
  const word = row * ROW_WORDS
  const caused = { cause: f64[slot + CAUSE] as number, n: u16[(byte + HEAD.source) / 2] as number }
  const flags = u8[byte + HEAD.flags] as number
  const instrument = u16[(byte + HEAD.instrument) / 2] as number
  const kind = u8[byte] as number
  switch (kind) {
    case SIGNAL.kind: {
      const strategy = u16[(byte + SIGNAL.strategyByte) / 2] as number
      const reason = outputs.textOf(u32[word + SIGNAL.reasonByte / 4] as number)
      return { ...caused, kind: 'signal', strategy, instrument, direction: nameOf(DIRECTION, flags), reason }
    }
    case TARGET.kind:
      return {
        ...caused,
        kind: 'target',
        strategy: u16[(byte + TARGET.strategyByte) / 2] as number,
        instrument,
        quantity: f64[slot + TARGET.quantity] as number,
        position: f64[slot + TARGET.position] as number,
        style: nameOf(TARGET_STYLE, u8[byte + TARGET.styleByte] as number),
      }
    case BLOCKED.kind: {
      const codes = u32[word + BLOCKED.codesByte / 4] as number
      const reasons = Object.entries(BLOCK).flatMap(([name, bit]) => ((codes & bit) === 0 ? [] : [name]))
      return { ...caused, kind: 'blocked', strategy: u16[(byte + BLOCKED.strategyByte) / 2] as number, reasons }
    }
    case INTENT.kind:
      return {
        ...caused,
        kind: 'intent',
        intent: u32[word + INTENT.intentByte / 4] as number,
        strategy: u16[(byte + INTENT.strategyByte) / 2] as number,
        instrument,
        side: (flags & ORDER_FLAGS.sell) === 0 ? 'buy' : 'sell',
        type: nameOf(ORDER_TYPE, u8[byte + INTENT.typeByte] as number),
        timeInForce: nameOf(TIME_IN_FORCE, u8[byte + INTENT.timeInForceByte] as number),
        price: f64[slot + INTENT.price] as number,
        quantity: f64[slot + INTENT.quantity] as number,
        trigger: f64[slot + INTENT.trigger] as number,
        opening: (flags & ORDER_FLAGS.opening) !== 0,
        reduceOnly: (flags & ORDER_FLAGS.reduceOnly) !== 0,
        protective: (flags & ORDER_FLAGS.protective) !== 0,
      }
    case REQUEST.kind: {
      const id = word + REQUEST.clientOrderId * 2
      const clientId = [0, 1, 2, 3].map((i) => (u32[id + i] as number).toString(16)).join('-')
      const intent = u32[word + REQUEST.intentByte / 4] as number
      return { ...caused, kind: flags === REQUEST_OPERATION.cancel ? 'cancel' : 'place', intent, clientId }
    }
    case TEXT.kind:
      return { ...caused, kind: 'text', text: readText(rows, row, TEXT.textBytesByte) }
    case STRATEGY_FAILED.kind:
      return { ...caused, kind: 'failed', strategy: u16[(byte + STRATEGY_FAILED.strategyByte) / 2] as number }
    default:
      return { ...caused, kind: 'other', row: kind }
  }
}

function nameOf(codes: Readonly<Record<string, number>>, code: number): string {
  return Object.entries(codes).find(([, number]) => number === code)?.[0] ?? `code ${code}`
}
