import type { Lane } from '../../core/summary.js'
import { JetStreamLaneReader } from '../lanes/jetstream-reader.js'
import type { LaneReader } from '../lanes/lane.js'
import { ShmLaneReader } from '../lanes/shm/shm-reader.js'
import type { ShmOffer } from '../lanes/shm/shm-writer.js'
import type { Link } from '../link.js'

/** How an observer gets at a stream's bytes: from shared memory where it can, else from the server if they are there. */
export class ObserverLanes {
  readonly #link: Link
  readonly #open = new Map<Lane, LaneReader>()
  preferred: Lane = 'shm'

  constructor(link: Link) {
    this.#link = link
  }

  /** `elsewhere`: ask again, for the lane that is preferred now. `nowhere`: there is no other. */
  async open(name: Lane, shm: ShmOffer | null): Promise<LaneReader | 'elsewhere' | 'nowhere'> {
    const known = this.#open.get(name)
    if (known) return known
    const lane =
      name === 'jetstream' ? new JetStreamLaneReader(this.#link) : shm && (await ShmLaneReader.open(shm))
    if (lane) {
      this.#open.set(name, lane)
      return lane
    }
    if (this.preferred === 'jetstream') return 'nowhere'
    this.preferred = 'jetstream'
    return 'elsewhere'
  }

  close(): void {
    for (const lane of this.#open.values()) lane.close()
  }
}
