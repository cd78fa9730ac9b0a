import type { Lane } from '../../core/plan/summary.js'
import { CopyReader } from '../lanes/copy-reader.js'
import { JetStreamLaneReader } from '../lanes/jetstream-reader.js'
import type { PartReader } from '../lanes/lane.js'
import { ShmLaneReader } from '../lanes/shm/shm-reader.js'
import type { NatsLink } from '../protocol/nats-link.js'
import type { ShmDescriptor } from '../protocol/refs.js'

/**
 * Lanes of an observer: shared memory where it can be mapped, else the server if the stream's bytes are stored there,
 * else copies.
 */
export class ObserverLanes {
  readonly #link: NatsLink
  readonly #pipeline: string
  readonly #id: string
  readonly #open = new Map<Lane, PartReader>()
  preferred: Lane = 'shm'

  constructor(link: NatsLink, pipeline: string, id: string) {
    this.#link = link
    this.#pipeline = pipeline
    this.#id = id
  }

  /** Opens a lane. Undefined: request the latest chunk again, on the lane that is preferred now. */
  async open(name: Lane, shm: ShmDescriptor | null): Promise<PartReader | undefined> {
    const known = this.#open.get(name)
    if (known) return known
    if (name === 'jetstream') return this.#add(name, new JetStreamLaneReader(this.#link))
    const copies = new CopyReader(this.#link, this.#pipeline, this.#id)
    if (this.preferred === 'jetstream') return this.#add(name, copies)
    const lane =
      shm && (await ShmLaneReader.open(shm, { pins: false, copies: () => Promise.resolve(copies) }))
    if (lane) return this.#add(name, lane)
    this.preferred = 'jetstream'
    return undefined
  }

  close(): void {
    for (const lane of this.#open.values()) lane.close()
  }

  #add(name: Lane, lane: PartReader): PartReader {
    this.#open.set(name, lane)
    return lane
  }
}
