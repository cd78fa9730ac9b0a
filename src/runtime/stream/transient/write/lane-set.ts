import type { Lane } from '../../../core/summary.js'
import type { Chunk } from '../../common/write/batch.js'
import type { Demand, LaneWriter } from '../../lanes/lane.js'
import { Outlet, type OutletOptions } from './lane-sender.js'

interface RoutesOptions extends Pick<
  OutletOptions,
  'announce' | 'live' | 'sent' | 'credit' | 'idle' | 'signal' | 'onFailure'
> {
  open: (lane: Lane) => Promise<LaneWriter>
  demand: (lane: Lane) => Demand
}

/** The lanes that a stream's receivers are on: each is opened when its first receiver comes, and gets every chunk from then on. */
export class Routes {
  readonly #options: RoutesOptions
  readonly #lanes = new Map<Lane, { writer: LaneWriter; outlet: Outlet }>()
  readonly #opening = new Map<Lane, Promise<void>>()

  constructor(options: RoutesOptions) {
    this.#options = options
  }

  has(lane: Lane): boolean {
    return this.#lanes.has(lane)
  }

  /** Whether this lane alone gets the chunks. */
  only(lane: Lane): boolean {
    return this.#opening.size === 1 && this.#lanes.has(lane)
  }

  open(lane: Lane): Promise<void> {
    const opening = this.#opening.get(lane) ?? this.#open(lane)
    this.#opening.set(lane, opening)
    return opening
  }

  /** Cost of all that a lane was given. */
  stored(lane: Lane): number {
    return this.#lanes.get(lane)?.outlet.stored ?? 0
  }

  get busy(): boolean {
    return this.#outlets().some((outlet) => outlet.busy)
  }

  /** Resolves when the next chunk may come. */
  async send(chunk: Chunk): Promise<void> {
    const { share } = chunk
    if (share) await this.#lanes.get(share.lane)?.outlet.send(chunk)
    else await Promise.all(this.#outlets().map((outlet) => outlet.send(chunk)))
  }

  /** Resolves when word of everything is out. */
  async flush(): Promise<void> {
    await Promise.all(this.#outlets().map((outlet) => outlet.flush()))
  }

  repeat(): void {
    for (const outlet of this.#outlets()) outlet.repeat()
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#opening.values())
    await Promise.all([...this.#lanes.values()].map(({ writer }) => writer.close()))
  }

  #outlets(): Outlet[] {
    return [...this.#lanes.values()].map(({ outlet }) => outlet)
  }

  async #open(name: Lane): Promise<void> {
    const { open, demand, ...shared } = this.#options
    const lane = await open(name)
    const outlet = new Outlet({
      ...shared,
      name,
      lane,
      demand: demand(name),
    })
    this.#lanes.set(name, { writer: lane, outlet })
  }
}
