import type { ShmLaneWriter, ShmRef } from '../lanes/shm/shm-writer.js'
import type { StreamConnections } from '../protocol/ports.js'
import { copySubject, decodeNewest, type CopyQuestion } from '../protocol/latest-messages.js'

const NOTHING = new Uint8Array()

/** Gives observers that cannot map the stream's shared memory copies of what they ask for. Returns what ends it. */
export function giveCopies(
  { bulk }: StreamConnections,
  pipeline: string,
  id: string,
  shm: ShmLaneWriter,
): () => void {
  const subscription = bulk.nc.subscribe(copySubject(pipeline, id), {
    callback: (error, message) => {
      if (error !== null) return
      const { ref, offset, length } = decodeNewest(message.data) as CopyQuestion
      message.respond(shm.copy(ref as ShmRef, offset, length) ?? NOTHING)
    },
  })
  return () => subscription.unsubscribe()
}
