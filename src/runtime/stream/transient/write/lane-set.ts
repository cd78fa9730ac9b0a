import type { Lane } from '../../../core/plan/summary.js'
import type { Chunk, ChunkOutput } from '../../common/write/batch.js'
import type { LaneWriter } from '../../lanes/lane.js'
import { LaneSender, type LaneSenderOptions } from './lane-sender.js'

/** Opens a lane. @param signal aborts when the stream is cut off, and nobody needs the lane any more */
export type OpenLane = (name: Lane, signal: AbortSignal) => Promise<LaneWriter>

interface LaneSetOptions extends Omit<LaneSenderOptions, 'name' | 'lane'> {
  openLane: OpenLane
}

/** Lanes that a stream's receivers are on. Each is opened for its first receiver, and gets every chunk from then on. */
export class LaneSet implements ChunkOutput {
  readonly #options: LaneSetOptions
  readonly #lanes = new Map<Lane, { writer: LaneWriter; sender: LaneSender }>()
  readonly #opening = new Map<Lane, Promise<void>>()

  constructor(options: LaneSetOptions) {
    this.#options = options
  }

  has(lane: Lane): boolean {
    return this.#lanes.has(lane)
  }

  /** Whether the chunks go to this lane alone. */
  isOnly(lane: Lane): boolean {
    return this.#opening.size === 1 && this.#lanes.has(lane)
  }

  open(lane: Lane): Promise<void> {
    const opening = this.#opening.get(lane) ?? this.#open(lane)
    this.#opening.set(lane, opening)
    return opening
  }

  /** Point of the lane from which a receiver that attaches now gets everything. */
  position(lane: Lane): LaneSender['position'] {
    return this.#lanes.get(lane)?.sender.position ?? { next: undefined, stored: 0 }
  }

  get busy(): boolean {
    return this.#senders().some((sender) => sender.busy)
  }

  /** Sends a chunk to all lanes; a chunk of a shared stream to the lane of its receiver. */
  async send(chunk: Chunk): Promise<void> {
    const { share } = chunk
    if (share) await this.#lanes.get(share.lane)?.sender.send(chunk)
    else await Promise.all(this.#senders().map((sender) => sender.send(chunk)))
  }

  /** Resolves when everything is announced. */
  async flush(): Promise<void> {
    await Promise.all(this.#senders().map((sender) => sender.flush()))
  }

  repeat(): void {
    for (const sender of this.#senders()) sender.repeat()
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#opening.values())
    await Promise.all([...this.#lanes.values()].map(({ writer }) => writer.close()))
  }

  #senders(): LaneSender[] {
    return [...this.#lanes.values()].map(({ sender }) => sender)
  }

  async #open(name: Lane): Promise<void> {
    const { openLane, ...options } = this.#options
    const writer = await openLane(name, options.state.signal)
    this.#lanes.set(name, { writer, sender: new LaneSender({ ...options, name, lane: writer }) })
  }
}
