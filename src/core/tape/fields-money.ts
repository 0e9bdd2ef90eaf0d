/** The money rows (kinds 64-127) as data: inputs that concern the account. */
import { choiceFlag, describeKind, switchFlag, valueNames, type KindFields } from './field-shapes.ts'
import * as unit from './field-units.ts'
import { idForm } from './fields-market.ts'
import {
  COMMAND,
  CONFIGURATION,
  FILL,
  FILL_FLAGS,
  FILL_WHY,
  FUNDING_PAYMENT,
  OPERATOR,
  ORDER_STATUS,
  ORDER_UPDATE,
  PAUSE_REASON,
  STRATEGY_PAUSED,
  TIMER,
  TRANSFER,
} from './kinds.ts'

/** Order states share the flags byte with the form of the id. */
const STATUS_MASK = 0x0f

export const MONEY_FIELDS: readonly KindFields[] = [
  describeKind(CONFIGURATION, {
    name: 'configuration',
    table: 'configurations',
    meaning: 'Settings as canonical JSON: what the engine was told.',
    continuation: 'text',
    fields: { textBytes: unit.textBytes },
  }),
  describeKind(OPERATOR, {
    name: 'operator-command',
    table: 'operator-commands',
    meaning: 'A command of the operator; its arguments as canonical JSON.',
    continuation: 'text',
    fields: {
      textBytes: unit.textBytes,
      command: unit.code('u16', valueNames(COMMAND), 'The command.'),
    },
  }),
  describeKind(ORDER_UPDATE, {
    name: 'order-update',
    table: 'order-updates',
    meaning: 'The life of one of our orders, as the venue tells it.',
    flags: [choiceFlag('status', STATUS_MASK, valueNames(ORDER_STATUS), 'State reached.'), idForm],
    fields: {
      intent: unit.intent,
      error: { type: 'i32', unit: 'code', range: '−2^31 … 2^31−1; 0 is none', doc: 'The venue’s error code.' },
      filled: unit.quantity('Quantity filled so far.'),
      venueOrderId: unit.id16('The venue’s order id.'),
    },
  }),
  describeKind(FILL, {
    name: 'fill',
    table: 'fills',
    meaning: 'One fill of one of our orders.',
    continuation: 1,
    flags: [
      switchFlag('maker', FILL_FLAGS.maker, 'Our order rested.'),
      choiceFlag('side', FILL_FLAGS.sell, valueNames({ buy: 0, sell: FILL_FLAGS.sell }), 'Our side.'),
      idForm,
    ],
    fields: {
      intent: unit.intent,
      why: unit.code('u16', valueNames(FILL_WHY), 'Why a simulated fill happened; `venue` for real ones.'),
      feeAsset: unit.asset('Asset of the fee.'),
      price: unit.price('Price.'),
      quantity: unit.quantity('Quantity.'),
      filled: unit.quantity('The order’s filled quantity with this fill.'),
      fee: unit.amount('Fee; positive is paid, negative is a rebate.'),
      tradeId: unit.id16('Trade id.'),
      queueAhead: unit.quantity('Quantity that stood before ours when it filled, as the queue model believed.'),
      explainedBy: unit.version('Version of the market row that explains the fill, or its candle’s open time.'),
    },
  }),
  describeKind(FUNDING_PAYMENT, {
    name: 'funding-payment',
    table: 'funding-payments',
    meaning: 'Funding for a position.',
    continuation: 1,
    fields: {
      asset: unit.asset('Asset of the payment.'),
      position: unit.signedQuantity('Position it was charged on; negative is short.'),
      amount: unit.amount('Positive is received, negative is paid.'),
      rate: unit.rate('The funding rate.'),
      mark: unit.mark('The mark price.'),
    },
  }),
  describeKind(TRANSFER, {
    name: 'transfer',
    table: 'transfers',
    meaning: 'Money in or out of a wallet.',
    fields: {
      asset: unit.asset('The asset.'),
      wallet: { type: 'u16', unit: 'none', range: '0 … 65,535', doc: 'Number of the wallet in the account.' },
      amount: unit.amount('Positive is in, negative is out.'),
    },
  }),
  describeKind(TIMER, {
    name: 'timer',
    table: 'timers',
    meaning: 'A timer that the engine asked for has come.',
    fields: { timer: unit.count32('Number of the timer.') },
  }),
  describeKind(STRATEGY_PAUSED, {
    name: 'strategy-paused',
    table: 'paused-strategies',
    meaning: 'A strategy is paused from here on.',
    fields: {
      strategy: unit.strategy,
      reason: unit.code('u16', valueNames(PAUSE_REASON), 'Why.'),
    },
  }),
]
