import type { StreamModifierOptions } from '../../call/index.js'
import type { StreamPlan } from '../../core/plan.js'

/** Options of a STREAM, as a program gives them. */
export function streamOptions({
  delivery,
  buffer,
  onError,
  name,
  retry,
  retention,
  share,
  batch,
  shm,
}: StreamPlan): StreamModifierOptions {
  return {
    ...(delivery === undefined ? {} : { delivery }),
    buffer,
    ...(onError === undefined ? {} : { onError }),
    retry: { ...retry, delay: retry.delayMs / 1000 },
    ...(name === undefined ? {} : { name }),
    retention: { age: retention.ageMs / 1000, bytes: retention.bytes },
    share,
    batch: { bytes: batch.bytes, linger: batch.lingerMs / 1000 },
    shm,
  }
}
