import type { Demand, LaneWriter } from '../../lanes/lane.js'
import type { ReceiverTable } from './receiver-table.js'

interface FlowControlOptions {
  lane: LaneWriter
  demand: Demand
  receivers: ReceiverTable
  /** Aborts when the stream is cut off. */
  signal: AbortSignal
}

/**
 * Flow control of a lossless stream on one lane: its writer waits until the slowest receiver has given credit for more, and
 * while the stream is held back for receivers that are away.
 */
export class FlowControl {
  readonly #options: FlowControlOptions

  constructor(options: FlowControlOptions) {
    this.#options = options
  }

  /**
   * Resolves when the lane has room for a part.
   * @param weight of the part; 0 when the lane need not store it
   * @param stored weight of all that the lane has stored
   * @throws the signal's reason when it aborts
   */
  async room(weight: number, stored: number): Promise<void> {
    const { lane, demand, receivers, signal } = this.#options
    while (receivers.held || (weight > 0 && !lane.hasRoom(weight, stored, demand))) {
      if (signal.aborted) throw signal.reason
      await receivers.changed.wait()
    }
  }
}
