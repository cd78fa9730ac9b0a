import type { ErrorRecord } from '../../../core/errors.js'
import type { Lane, ReceiverSummary } from '../../../core/plan/summary.js'
import type { Demand } from '../../lanes/lane.js'
import type { Progress } from '../../protocol/messages.js'
import type { UnackedParts } from './unacked-parts.js'

/** One attachment of a receiving node's incarnation, as the writer sees it. */
export interface ReceiverSession {
  incarnation: string
  attach: number
  /** Number of its first item; undefined until it attached. */
  first: number | undefined
  /** Position of its lane when it attached, as a weight. */
  base: number
  /** Number after its last item, once it is gone. */
  last: number | undefined
  progress: Progress | undefined
  state: ReceiverSummary['state']
  error: ErrorRecord | null
  /** Present in a shared stream. */
  assigned: AssignedItems | undefined
}

/** Items of a shared stream that were assigned to one receiver. */
export interface AssignedItems {
  count: number
  /** Time of the latest assignment, on a count of all assignments. */
  latest: number
  unacked: UnackedParts
}

/** Demand of the receivers that read from one lane. @param sessions gives the present ones */
export function demandOn(lane: Lane, sessions: () => ReceiverSession[]): Demand {
  const attached = (): { loaded: number; unacked: UnackedParts | undefined }[] =>
    sessions().flatMap(({ first, progress, base, assigned }) =>
      first !== undefined && progress?.lane === lane
        ? [{ loaded: base + progress.loaded, unacked: assigned?.unacked }]
        : [],
    )
  return {
    slowest: (stored) =>
      attached().reduce(
        (least, { loaded, unacked }) => Math.min(least, unacked ? (unacked.oldest ?? stored) : loaded),
        stored,
      ),
    needs: (end) => attached().some(({ loaded, unacked }) => (unacked ? unacked.has(end) : loaded < end)),
  }
}

/** Result of `leastLoaded`. */
export interface LeastLoaded {
  session: ReceiverSession
  assigned: AssignedItems
  lane: Lane
}

/**
 * Receiver of a shared stream with the fewest unfinished items; of several, the one that has waited longest.
 * @param limit unfinished items with which a receiver gets no more
 */
export function leastLoaded(sessions: ReceiverSession[], limit: number): LeastLoaded | undefined {
  let least: (LeastLoaded & { unfinished: number }) | undefined
  for (const session of sessions) {
    const { assigned, progress } = session
    if (!assigned || !progress || session.first === undefined) continue
    const unfinished = assigned.count - progress.processed - progress.dropped - progress.failed
    const other = least ?? { unfinished: limit, assigned: { latest: 0 } }
    const isLess =
      unfinished < other.unfinished ||
      (unfinished === other.unfinished && assigned.latest < other.assigned.latest)
    if (isLess) least = { session, assigned, lane: progress.lane, unfinished }
  }
  return least
}

/** Account of a node, over all its sessions. @param items number of items that the source has yielded */
export function summarize(sessions: ReceiverSession[], items: number): ReceiverSummary {
  const total = { offered: 0, processed: 0, dropped: 0, failed: 0, lost: 0 }
  for (const session of sessions) {
    const { processed = 0, dropped = 0, failed = 0 } = session.progress ?? {}
    const offered =
      session.assigned?.count ?? (session.first === undefined ? 0 : (session.last ?? items) - session.first)
    total.offered += offered
    total.processed += processed
    total.dropped += dropped
    total.failed += failed
    if (session.last !== undefined) total.lost += offered - processed - dropped - failed
  }
  const latest = sessions.at(-1)
  return {
    lane: latest?.progress?.lane ?? 'jetstream',
    state: latest?.state ?? 'died',
    attaches: sessions.filter(({ first }) => first !== undefined).length,
    error: latest?.error ?? null,
    ...total,
    latencyMs: latest?.progress?.latencyMs ?? null,
  }
}
