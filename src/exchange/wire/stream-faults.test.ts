import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultBoard, type FaultOrder } from './faults.ts'
import { FaultyStreams } from './stream-faults.ts'

const NAMES = ['btcusdt@depth', 'ethusdt@trade']

function order(kind: FaultOrder['kind'], path: string, milliseconds = 0): FaultOrder {
  return { kind, venue: '', method: '', path, count: 1, milliseconds, status: 0, code: 0, message: '' }
}

/** Streams that keep what reaches the sockets. */
function newStreams(): {
  board: FaultBoard
  streams: FaultyStreams
  sent: string[]
  clock: { now: number }
} {
  const board = new FaultBoard()
  const sent: string[] = []
  const clock = { now: 0 }
  const streams = new FaultyStreams({
    target: {
      publish: (stream, text) => void sent.push(`${stream}${text}`),
      tell: (_account, event, text) => void sent.push(`${event}${text}`),
    },
    board,
    venue: 'futures',
    nameOf: (stream) => NAMES[stream] ?? '',
    now: () => clock.now,
  })
  return { board, streams, sent, clock }
}

test('without faults messages pass as they are', () => {
  const { streams, sent } = newStreams()
  streams.publish(0, 'a')
  streams.tell(3, 'b', 'c')
  assert.deepEqual(sent, ['0a', 'bc'])
})

test('one message of the named stream is lost, repeated, or swapped with the next', () => {
  const { streams, board, sent } = newStreams()
  board.add(order('lose', 'btcusdt'))
  board.add(order('repeat', 'btcusdt'))
  board.add(order('swap', 'btcusdt'))
  for (const text of ['a', 'b', 'c', 'd', 'e']) {
    streams.publish(0, text)
    streams.publish(1, text)
  }
  assert.deepEqual(
    sent.filter((text) => text.startsWith('1')),
    ['1a', '1b', '1c', '1d', '1e'],
  )
  assert.deepEqual(
    sent.filter((text) => text.startsWith('0')),
    ['0b', '0b', '0d', '0c', '0e'],
  )
})

test('a muted stream is silent for as long as it was told', () => {
  const { streams, board, sent, clock } = newStreams()
  board.add(order('mute', '', 1000))
  streams.publish(0, 'a')
  clock.now = 999_999
  streams.publish(1, 'b')
  streams.tell(0, 'c', '')
  clock.now = 1_000_000
  streams.publish(0, 'd')
  assert.deepEqual(sent, ['0d'])
})

test('user events are a stream of their own', () => {
  const { streams, board, sent } = newStreams()
  board.add(order('lose', 'user'))
  streams.publish(0, 'a')
  streams.tell(0, 'gone', '')
  streams.tell(0, 'here', '')
  assert.deepEqual(sent, ['0a', 'here'])
})
