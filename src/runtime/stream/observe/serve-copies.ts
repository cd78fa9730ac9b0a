import type { ShmLaneWriter } from '../lanes/shm/shm-writer.js'
import { copySubject } from '../protocol/latest-messages.js'
import { isCopyRequest } from '../protocol/message-forms.js'
import { onMessage } from '../protocol/on-message.js'
import type { StreamContext } from '../protocol/ports.js'
import type { ShmRef } from '../protocol/refs.js'

const GONE = new Uint8Array()

/** Sends copies of parts to observers that cannot map the stream's shared memory. @returns a function that ends this */
export function serveCopies({ id, ports, connections }: StreamContext, shm: ShmLaneWriter): () => void {
  const subject = copySubject(ports.pipeline, id)
  const subscription = onMessage(connections.bulk.nc, subject, isCopyRequest, (request, message) => {
    message.respond(shm.copy(request.ref as ShmRef, request.offset, request.length) ?? GONE)
  })
  return () => subscription.unsubscribe()
}
