import { setTimeout as delay } from 'node:timers/promises'
import { DaffiError } from '../../../core/errors.js'
import type { StreamView } from '../../../view/index.js'
import { chooseStream } from './choose-stream.js'
import type { PipelineLook, PipelineWatch } from './pipeline-watch.js'

const POLL_MS = 200
/** Longest wait for a stream of a pipeline that starts. */
const START_MS = 10_000
/** Age of a node's process until which its streams may not have begun. */
const YOUNG_MS = 5000

/**
 * Finds a stream by its name. While nodes start it may be about to begin, and is waited for.
 * @throws DaffiError DAFFI_NO_STREAM
 */
export async function findStream(
  watch: PipelineWatch,
  name: string,
  signal: AbortSignal,
): Promise<StreamView> {
  const until = Date.now() + START_MS
  for (;;) {
    const look = await watch.look()
    try {
      return chooseStream(watch.pipeline, look.streams, name)
    } catch (error) {
      const isUnknown = !look.streams.some((stream) => stream.name === name)
      if (!(isUnknown && error instanceof DaffiError && isStarting(look)) || Date.now() > until) throw error
    }
    await delay(POLL_MS, undefined, { signal })
  }
}

function isStarting({ runs, time }: PipelineLook): boolean {
  return runs
    .flatMap(({ nodes }) => Object.values(nodes))
    .some(({ state, since }) => {
      if (state === 'starting' || state === 'restarting') return true
      return state !== 'stopped' && since !== null && time - since < YOUNG_MS
    })
}
