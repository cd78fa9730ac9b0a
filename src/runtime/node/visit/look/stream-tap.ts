import { setTimeout as delay } from 'node:timers/promises'
import { originKey, originOf } from '../../../core/plan/call-origin.js'
import type { CallStatus } from '../../../status/index.js'
import { observeLatest, type LatestItem } from '../../../stream/index.js'
import type { StreamView } from '../../../view/index.js'
import type { PipelineLook, PipelineWatch } from './pipeline-watch.js'

/** Pause between two looks whether the stream, or its next one, is there. */
const LOOK_MS = 1000
/** Looks in which a stream does not show up until it is taken as ended: one answer may be late. */
const MISSING_LOOKS = 2
/** Time for which the next stream of a program is waited for; nobody can tell whether it comes. */
const PROGRAM_MS = 3000

/**
 * Pause after items were taken: a multiple of the time that it took, so that a fast stream, which may need the processor itself, is
 * looked at now and then.
 */
const REST_FACTOR = 2
const MIN_REST_MS = 5
const MAX_REST_MS = 100

/** Item of a stream that was tapped. */
export interface TappedItem extends LatestItem {
  /** Items that have passed since the one before. */
  missed: number
}

export interface TapOptions {
  /** Shortest time between two items, in milliseconds; 0 for all that can be had without slowing down the stream. */
  everyMs: number
  signal: AbortSignal
  /** Called with what becomes of the stream, in words. */
  onNote: (text: string) => void
}

/** Number of the item after the last one that was seen, and the stream that it is of. */
interface Seen {
  id: string
  next: number
}

/**
 * Yields items of a stream as they pass, the newest one first. It only observes: the stream does not wait, and what passes in the
 * meantime is counted. Goes on with the next stream of the same call, such as after a restart of its node. Ends when the run or the
 * call is over, or the signal aborts.
 */
export async function* tapStream(
  watch: PipelineWatch,
  stream: StreamView,
  options: TapOptions,
): AsyncGenerator<TappedItem, void, undefined> {
  const { signal } = options
  const seen: Seen = { id: '', next: 0 }
  for (let now: StreamView | undefined = stream; now; now = await nextStream(watch, now, options)) {
    yield* tapOne(watch, now, seen, options)
    if (signal.aborted) return
  }
}

async function* tapOne(
  watch: PipelineWatch,
  { id, source }: StreamView,
  seen: Seen,
  { everyMs, signal: stop }: TapOptions,
): AsyncGenerator<TappedItem, void, undefined> {
  const { link, pipeline } = watch
  const ended = new AbortController()
  const signal = AbortSignal.any([stop, ended.signal])
  const watching = untilMissing(watch, id, signal).finally(() => ended.abort())
  // Awaited in the end; until then nobody looks.
  watching.catch(() => undefined)
  try {
    for await (const items of observeLatest({ link, pipeline, id, source, wants: () => true, signal })) {
      const began = performance.now()
      for (const each of everyMs > 0 ? items.slice(-1) : items) {
        const missed = seen.id === id ? each.item - seen.next : 0
        Object.assign(seen, { id, next: each.item + 1 })
        // Less than none: the stream had not answered for a while, and is observed anew.
        if (missed >= 0) yield { ...each, missed }
      }
      const spent = performance.now() - began
      const rest = Math.min(MAX_REST_MS, Math.max(MIN_REST_MS, REST_FACTOR * spent))
      await delay(Math.max(everyMs - spent, rest), undefined, { signal }).catch(() => undefined)
    }
  } finally {
    ended.abort()
    await watching
  }
}

/** Resolves when the stream is not there any more, or the signal aborts. */
async function untilMissing(watch: PipelineWatch, id: string, signal: AbortSignal): Promise<void> {
  let missing = 0
  for await (const { connected, isOver, streams } of watch.follow(LOOK_MS, signal)) {
    missing = !connected || streams.some((each) => each.id === id) ? 0 : missing + 1
    if (isOver || missing === MISSING_LOOKS) return
  }
}

async function nextStream(
  watch: PipelineWatch,
  stream: StreamView,
  { signal, onNote }: TapOptions,
): Promise<StreamView | undefined> {
  const { pipeline } = watch
  const since = Date.now()
  let isNoted = false
  for await (const look of watch.follow(LOOK_MS, signal)) {
    if (look.isOver) {
      onNote(`the run of ${pipeline} is over${look.error ? `: ${look.error.message}` : ''}`)
      return undefined
    }
    const next = look.streams.find((each) => isSameCall(each, stream))
    if (next) return next
    const call = look.runs.flatMap(({ calls }) => calls).find((each) => isCallOf(each, stream))
    const isPlanned = look.runs.some(({ nodes }) => Object.hasOwn(nodes, stream.from))
    const isDone = call?.state === 'done' || call?.state === 'failed'
    if (isDone || (!isPlanned && look.connected && look.time - since > PROGRAM_MS)) {
      onNote(`the stream ${stream.name} has ended${call?.error ? `: ${call.error.message}` : ''}`)
      return undefined
    }
    if (!isNoted) onNote(`${stream.name} does not flow: ${reasonOf(look, stream)}; waiting for it`)
    isNoted = true
  }
  return undefined
}

function reasonOf({ connected, nodes }: PipelineLook, { from }: StreamView): string {
  if (!connected) return 'the server cannot be reached'
  const { state = 'absent' } = nodes.find(({ name }) => name === from) ?? {}
  return `${from} is ${state}`
}

function isSameCall(one: StreamView, other: StreamView): boolean {
  return keyOf(one) === keyOf(other)
}

function isCallOf(status: CallStatus, stream: StreamView): boolean {
  return originKey(status.node, status) === keyOf(stream)
}

function keyOf({ from, call, source, resultsOf, as, to }: StreamView): string {
  const [results, side, only] = [resultsOf ?? undefined, as ?? undefined, to ?? undefined]
  return originKey(from, originOf({ call, source, resultsOf: results, as: side, to: only }))
}
