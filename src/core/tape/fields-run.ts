/** The engine's output rows (kinds 128-191) and the structure of a run (192-255) as data. */
import { choiceFlag, describeKind, switchFlag, valueNames, type KindFields } from './field-shapes.ts'
import * as unit from './field-units.ts'
import {
  BLOCK,
  BLOCKED,
  CHECKPOINT,
  DIRECTION,
  END,
  INPUT_DIGEST,
  INTENT,
  ORDER_FLAGS,
  ORDER_TYPE,
  REFERENCE,
  REQUEST,
  REQUEST_OPERATION,
  SIGNAL,
  STRATEGY_FAILED,
  TARGET,
  TARGET_STYLE,
  TEXT,
  TIME_IN_FORCE,
  VENUE_CLOCK,
} from './kinds.ts'

export const OUTPUT_FIELDS: readonly KindFields[] = [
  describeKind(SIGNAL, {
    name: 'signal',
    table: 'signals',
    meaning: 'A strategy’s opinion.',
    flags: [choiceFlag('direction', 0x03, valueNames(DIRECTION), 'What the strategy wants to be.')],
    fields: {
      strategy: unit.strategy,
      reason: { type: 'u32', unit: 'text number', range: '0 … 2^32−1; 0 is none', doc: 'The reason it gave.' },
      stop: unit.optionalPrice('Stop price it wishes.'),
      takeProfit: unit.optionalPrice('Take-profit price it wishes.'),
      reference: unit.optionalPrice('Price at which it decided.'),
    },
  }),
  describeKind(TARGET, {
    name: 'target',
    table: 'targets',
    meaning: 'The position a strategy is to have, after sizing and limits.',
    fields: {
      strategy: unit.strategy,
      style: unit.code('u8', valueNames(TARGET_STYLE), 'How to get there.'),
      quantity: unit.signedQuantity('Wanted position; negative is short.'),
      position: unit.signedQuantity('Position when it was decided.'),
      reference: unit.optionalPrice('Price at which it was sized.'),
    },
  }),
  describeKind(BLOCKED, {
    name: 'blocked-order',
    table: 'blocked-orders',
    meaning: 'The pre-trade check said no.',
    fields: {
      strategy: unit.strategy,
      codes: { type: 'u32', unit: 'bits', range: 'sum of the bits named', doc: 'Why.', values: valueNames(BLOCK) },
      quantity: unit.quantity('Quantity of the order.'),
      price: unit.optionalPrice('Price of the order.'),
    },
  }),
  describeKind(INTENT, {
    name: 'intent',
    table: 'intents',
    meaning: 'A numbered, durable wish to have an order.',
    flags: [
      choiceFlag('side', ORDER_FLAGS.sell, valueNames({ buy: 0, sell: ORDER_FLAGS.sell }), 'Side.'),
      switchFlag('reduceOnly', ORDER_FLAGS.reduceOnly, 'May only make the position smaller.'),
      switchFlag('opening', ORDER_FLAGS.opening, 'Makes the position larger.'),
      switchFlag('protective', ORDER_FLAGS.protective, 'Protects an open position.'),
    ],
    fields: {
      intent: unit.intent,
      strategy: unit.strategy,
      type: unit.code('u8', valueNames(ORDER_TYPE), 'Order type.'),
      timeInForce: unit.code('u8', valueNames(TIME_IN_FORCE), 'How long it stays; 0 for market orders.'),
      price: unit.optionalPrice('Limit price.'),
      quantity: unit.quantity('Quantity.'),
      trigger: unit.optionalPrice('Trigger price.'),
    },
  }),
  describeKind(REQUEST, {
    name: 'request',
    table: 'requests',
    meaning: 'What is sent for an intent.',
    flags: [choiceFlag('operation', 0x0f, valueNames(REQUEST_OPERATION), 'What is asked for.')],
    fields: {
      intent: unit.intent,
      clientOrderId: {
        type: 'client-id',
        unit: 'id',
        range: '16 bytes',
        doc: 'Our id of the order: namespace (4 ASCII bytes), epoch (u32), intent (u32), zero (u32).',
      },
    },
  }),
  describeKind(TEXT, {
    name: 'text',
    table: 'texts',
    meaning: 'Gives a text, such as a strategy’s reason, the number that other rows name it by.',
    continuation: 'text',
    fields: {
      text: { type: 'u32', unit: 'text number', range: '1 … 2^32−1', doc: 'The number.' },
      textBytes: unit.textBytes,
    },
  }),
  describeKind(STRATEGY_FAILED, {
    name: 'strategy-failed',
    table: 'failed-strategies',
    meaning: 'A strategy threw; it is paused from here on.',
    fields: { strategy: unit.strategy },
  }),
]

export const STRUCTURE_FIELDS: readonly KindFields[] = [
  describeKind(REFERENCE, {
    name: 'reference',
    table: 'references',
    meaning: 'Names a tape that this run reads, as canonical JSON.',
    continuation: 'text',
    fields: { textBytes: unit.textBytes },
  }),
  describeKind(INPUT_DIGEST, {
    name: 'input-digest',
    table: 'input-digests',
    meaning: 'Digests of a stretch of input records; they name the one record that was changed.',
    continuation: 32,
    fields: {
      firstSequence: unit.sequence('First input of the stretch.'),
      count: unit.count('Inputs in the stretch.'),
      hash: unit.digest64('Digest of all inputs up to the end of the stretch.'),
      grid: unit.digestGrid('Record i is counted (exclusive or) in word i / 256 and in word 256 + i % 256.'),
    },
  }),
  describeKind(VENUE_CLOCK, {
    name: 'venue-clock',
    table: 'venue-clocks',
    meaning: 'What a run took for the difference between receive time and venue time from here on.',
    fields: {
      offset: unit.signedDuration('Receive time minus venue time; negative where the recorder’s clock runs behind.'),
      floor: unit.duration('Part of it that is assumed to be travel.'),
    },
  }),
  describeKind(CHECKPOINT, {
    name: 'checkpoint',
    table: 'checkpoints',
    meaning: 'The engine’s state after the sequence in slot 3 was saved.',
    fields: {
      number: unit.count('Number of the checkpoint file.'),
      bytes: { type: 'f64', unit: 'bytes', range: '0 … 2^53−1', doc: 'Its size.' },
      hash: unit.digest128('Hash of the state.'),
    },
  }),
  describeKind(END, {
    name: 'end',
    table: 'ends',
    meaning: 'Last row of a finished run.',
    fields: {
      inputs: unit.count('Inputs that the engine took.'),
      outputs: unit.count('Outputs that it gave.'),
      hash: unit.digest128('Hash of the final state.'),
    },
  }),
]
