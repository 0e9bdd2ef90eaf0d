/** Which instruments have a market that moves between candles. Orders on the others know no latency below a candle. */
import { CANDLE } from '../../core/tape/kinds.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'

export class LiveMarkets {
  readonly #live: Uint8Array

  constructor(instruments: number) {
    this.#live = new Uint8Array(instruments)
  }

  note(buffer: RowBuffer, row: number): void {
    // Kinds below CANDLE are trades, best prices and depth.
    if ((buffer.u8[row * 64] as number) < CANDLE.kind) this.#live[buffer.u16[row * 32 + 3] as number] = 1
  }

  candlesOnly(instrument: number): boolean {
    return this.#live[instrument] === 0
  }
}
