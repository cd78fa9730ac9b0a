import type { ShmLaneWriter } from '../lanes/shm/shm-writer.js'
import { copySubject, decodeLatest, type CopyRequest } from '../protocol/latest-messages.js'
import type { StreamContext } from '../protocol/ports.js'
import type { ShmRef } from '../protocol/refs.js'

const GONE = new Uint8Array()

/** Sends copies of parts to observers that cannot map the stream's shared memory. @returns a function that ends this */
export function serveCopies({ id, ports, connections }: StreamContext, shm: ShmLaneWriter): () => void {
  const subscription = connections.bulk.nc.subscribe(copySubject(ports.pipeline, id), {
    callback: (error, message) => {
      if (error !== null) return
      const { ref, offset, length } = decodeLatest(message.data) as CopyRequest
      message.respond(shm.copy(ref as ShmRef, offset, length) ?? GONE)
    },
  })
  return () => subscription.unsubscribe()
}
