import { setTimeout as delay } from 'node:timers/promises'
import { abortError } from '../../../core/abort.js'
import type { StreamView } from '../../../view/index.js'
import { onlyStream, streamsNamed, unknownStream } from './choose-stream.js'
import type { PipelineLook, PipelineWatch } from './pipeline-watch.js'

const POLL_MS = 200
/** Longest wait for a stream of a pipeline that starts. */
const START_MS = 10_000
/** Age of a node's process until which its streams may not have begun. */
const YOUNG_MS = 5000
/** Longest wait for a node that does not answer: it may be busy. */
const BUSY_MS = 2000

/**
 * Finds the stream of a name.
 * @throws DaffiError DAFFI_NO_STREAM when there is none, or several could be meant
 */
export async function findStream(
  watch: PipelineWatch,
  name: string,
  signal: AbortSignal,
): Promise<StreamView> {
  return onlyStream(await findStreams(watch, [name], signal), name)
}

/**
 * Finds the streams that each of the names may stand for; all when there are no names. While nodes start they may be about to begin,
 * and are waited for.
 * @throws DaffiError DAFFI_NO_STREAM when a name stands for none
 */
export async function findStreams(
  watch: PipelineWatch,
  names: readonly string[],
  signal: AbortSignal,
): Promise<StreamView[]> {
  const began = Date.now()
  for (;;) {
    const look = await watch.look()
    const found = names.map((name) => ({ name, streams: streamsNamed(look.streams, name) }))
    const missing = found.find(({ streams }) => streams.length === 0)
    if (!missing) return names.length === 0 ? look.streams : found.flatMap(({ streams }) => streams)
    const waited = look.time - began
    const isLate = look.nodes.some(({ state }) => state === 'silent') && waited < BUSY_MS
    if (!isLate && (!isStarting(look) || waited > START_MS))
      throw unknownStream(watch.pipeline, look, missing.name)
    await delay(POLL_MS, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) throw abortError(signal, `waiting for ${missing.name}`)
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
