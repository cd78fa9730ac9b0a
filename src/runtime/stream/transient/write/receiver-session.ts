import type { ErrorRecord } from '../../../core/errors.js'
import type { Lane, ReceiverSummary } from '../../../core/plan/summary.js'
import type { Demand } from '../../lanes/lane.js'
import type { Accept, AttachCounts, Progress } from '../../protocol/messages.js'
import type { Peer } from '../../protocol/ports.js'
import { UnackedParts } from './unacked-parts.js'

/** One attachment of a receiving node's incarnation, as the writer sees it. */
export interface ReceiverSession extends Peer {
  /** Number of the attach; 0 until it attached. */
  attach: number
  /** Number of its first item; undefined until it attached. */
  first: number | undefined
  /** Whether it has reported that it knows of its accept. */
  confirmed: boolean
  /** Number of checks, one a second, since its last report. */
  silence: number
  suspected: boolean
  /** Position of its lane when it attached, as a weight. */
  base: number
  /** Number after its last item, once it has asked to be given no more of a lossless stream that is not shared. */
  leavesAt: number | undefined
  /** Number after its last item, once it is gone. */
  last: number | undefined
  /** Whether its final counts are known: what they leave out was not processed. */
  final: boolean
  progress: Progress | undefined
  state: ReceiverSummary['state']
  error: ErrorRecord | null
  /** Present in a shared stream. */
  assigned: AssignedItems | undefined
}

/** Items of a shared stream that were assigned to one receiver. */
export interface AssignedItems {
  count: number
  /** Items that a live stream dropped while their key moved to another receiver. */
  passed: number
  /** Count at the last check, and at the one before. */
  checked: [last: number, before: number]
  /** Time of the latest assignment, on a count of all assignments. */
  latest: number
  unacked: UnackedParts
}

/** Checks without a report, one a second, after which a receiver is asked to report or begin anew. */
const MAX_SILENCE = 2

/** Whether the receiver has not reported for a while. */
export const isSilent = ({ silence }: ReceiverSession): boolean => silence >= MAX_SILENCE

/** Demand of the receivers that read from one lane. @param sessions gives the present ones */
export function demandOn(lane: Lane, sessions: () => readonly ReceiverSession[]): Demand {
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

/** Session of an invited node that has not attached. */
export function invitedSession(peer: Peer, share: boolean): ReceiverSession {
  return {
    ...peer,
    attach: 0,
    first: undefined,
    confirmed: false,
    silence: 0,
    suspected: false,
    base: 0,
    leavesAt: undefined,
    last: undefined,
    final: false,
    progress: undefined,
    state: 'attached',
    error: null,
    assigned: share
      ? { count: 0, passed: 0, checked: [0, 0], latest: 0, unacked: new UnackedParts() }
      : undefined,
  }
}

/**
 * Adopts counts of a session that is over: its receiver was taken for gone and went on, or has begun anew. They never go
 * back, since a report may be older than another.
 */
export function adoptLateCounts(session: ReceiverSession, counts: AttachCounts): void {
  const { progress } = session
  if (!progress) return
  session.progress = {
    ...progress,
    processed: Math.max(progress.processed, counts.processed),
    dropped: Math.max(progress.dropped, counts.dropped),
    failed: Math.max(progress.failed, counts.failed),
    ...unmatchedOf(Math.max(progress.unmatched ?? 0, counts.unmatched ?? 0), progress),
  }
}

interface AcceptOptions {
  /** Number of the latest attach of all receivers. */
  accepts: number
  live: boolean
}

/** Acceptance of a receiver; none of one that has not attached. */
export function acceptOf(
  { incarnation, attach, first, assigned, leavesAt, progress }: ReceiverSession,
  { accepts, live }: AcceptOptions,
): Accept[] {
  if (first === undefined) return []
  const given = live ? assigned?.checked[1] : progress?.leaving && (assigned?.count ?? leavesAt)
  const accept = { what: 'accept', incarnation, attach, accepts, first } as const
  return [given === undefined ? accept : { ...accept, given }]
}

/** Receiver of a shared stream that can be given an item. */
export interface Assignable {
  session: ReceiverSession
  assigned: AssignedItems
  lane: Lane
}

/**
 * Receiver of a shared stream with the fewest unfinished items; of several, the one that has waited longest. A suspected one
 * gets nothing while another lives, and one that leaves gets nothing.
 * @param limit unfinished invocations with which a receiver gets no more
 */
export function leastLoaded(sessions: readonly ReceiverSession[], limit: number): Assignable | undefined {
  const isAnyAlive = sessions.some(({ first, suspected }) => first !== undefined && !suspected)
  let least: (Assignable & { unfinished: number }) | undefined
  for (const session of sessions) {
    const { assigned, progress } = session
    if (!assigned || !progress || session.first === undefined) continue
    if (progress.leaving || (session.suspected && isAnyAlive)) continue
    const unfinished = assigned.count - progress.processed - progress.dropped - progress.failed
    if (unfinished >= limit * (progress.group ?? 1)) continue
    const other = least ?? { unfinished: Infinity, assigned: { latest: 0 } }
    const isLess =
      unfinished < other.unfinished ||
      (unfinished === other.unfinished && assigned.latest < other.assigned.latest)
    if (isLess) least = { session, assigned, lane: progress.lane, unfinished }
  }
  return least
}

/** Account of a node, over all its sessions. @param items number of items that the source has yielded */
export function summarize(sessions: ReceiverSession[], items: number, live: boolean): ReceiverSummary {
  const total = { offered: 0, processed: 0, dropped: 0, failed: 0, lost: 0 }
  let allUnmatched = 0
  for (const session of sessions) {
    const { processed = 0, dropped = 0, failed = 0, unmatched = 0 } = session.progress ?? {}
    const counted = processed + dropped + failed + unmatched
    allUnmatched += unmatched
    const offered = offeredTo(session, items, counted)
    const { passed = 0 } = session.assigned ?? {}
    total.offered += offered + passed
    total.processed += processed
    total.dropped += dropped + passed
    total.failed += failed
    if (session.last === undefined) continue
    // A live receiver skips what it has not come to. What one that is gone did without saying so is not known.
    if (live && session.final && session.state !== 'died') total.dropped += offered - counted
    else total.lost += offered - counted
  }
  const latest = sessions.findLast(({ first }) => first !== undefined) ?? sessions.at(-1)
  return {
    lane: latest?.progress?.lane ?? 'jetstream',
    state: latest?.state ?? 'died',
    attaches: sessions.filter(({ first }) => first !== undefined).length,
    error: latest?.error ?? null,
    ...total,
    ...unmatchedOf(allUnmatched, latest?.progress),
    latencyMs: latest?.progress?.latencyMs ?? null,
  }
}

/** The count, where the stream is a side of a join. */
function unmatchedOf(unmatched: number, progress: Progress | undefined): { unmatched?: number } {
  return unmatched > 0 || progress?.unmatched !== undefined ? { unmatched } : {}
}

/** A receiver that was taken for gone may have processed items that came after its last one. */
function offeredTo({ assigned, first, last }: ReceiverSession, items: number, counted: number): number {
  if (assigned) return assigned.count
  if (first === undefined) return 0
  return last === undefined ? items - first : Math.max(last - first, counted)
}
