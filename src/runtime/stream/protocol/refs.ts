/** Where a part lies, in the lane's own terms: a `ShmRef` or a `JetStreamRef`. */
export type LaneRef = unknown[]

/** Descriptor of a writer's shared memory: what a receiver maps, and how it knows that this is the right memory. */
export interface ShmDescriptor {
  pid: number
  /** File descriptor in the writer's process, of the ring's control page. */
  fd: number
  nonce: Uint8Array
}

/** Slot of a ring, the generation that it has while the part lies in it, and the size of the ring. */
export type ShmRef = [
  fd: number,
  slot: number,
  generation: number,
  slotBytes: number,
  slots: number,
  /** Slots that are in use until now: a ring for small items begins with few. */
  allocated: number,
]

/** Sequence of a part in a JetStream stream, and the number under which it was published. */
export type JetStreamRef = [stream: string, sequence: number, number: number]
