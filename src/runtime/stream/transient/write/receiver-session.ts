import type { ErrorRecord } from '../../../core/errors.js'
import type { Lane, ReceiverSummary } from '../../../core/summary.js'
import type { Demand } from '../../lanes/lane.js'
import type { Progress } from '../../protocol/messages.js'
import type { Outstanding } from './unacked-parts.js'

/** One run of a receiving node, as the writer sees it. */
export interface Attachment {
  incarnation: string
  attach: number
  /** Number of its first item; undefined until it attached. */
  first: number | undefined
  /** What had been stored when it attached, in cost. */
  base: number
  /** Number after its last item, once it has gone. */
  last: number | undefined
  progress: Progress | undefined
  state: ReceiverSummary['state']
  error: ErrorRecord | null
  /** Of a shared stream. */
  share: Share | undefined
}

/** A receiver's part of a shared stream. */
export interface Share {
  /** Items that were given to it. */
  given: number
  /** When it was last given one, on a count of all that were given. */
  latest: number
  outstanding: Outstanding
}

/** @param runs gives those that are there */
export function demandOn(lane: Lane, runs: () => Attachment[]): Demand {
  const attached = (): { loaded: number; outstanding: Outstanding | undefined }[] =>
    runs().flatMap(({ first, progress, base, share }) =>
      first !== undefined && progress?.lane === lane
        ? [{ loaded: base + progress.loaded, outstanding: share?.outstanding }]
        : [],
    )
  return {
    slowest: (stored) =>
      attached().reduce(
        (least, { loaded, outstanding }) =>
          Math.min(least, outstanding ? (outstanding.oldest ?? stored) : loaded),
        stored,
      ),
    needs: (end) =>
      attached().some(({ loaded, outstanding }) => (outstanding ? outstanding.has(end) : loaded < end)),
  }
}

/** Of a shared stream's receivers the one with the fewest items unfinished, fewer than `most`; of several the longest idle. */
export function freestOf(
  runs: Attachment[],
  most: number,
): { run: Attachment; share: Share; lane: Lane } | undefined {
  let freest: { run: Attachment; share: Share; lane: Lane; unfinished: number } | undefined
  for (const run of runs) {
    const { share, progress } = run
    if (!share || !progress || run.first === undefined) continue
    const unfinished = share.given - progress.processed - progress.dropped - progress.failed
    const than = freest ?? { unfinished: most, share: { latest: 0 } }
    const freer =
      unfinished < than.unfinished || (unfinished === than.unfinished && share.latest < than.share.latest)
    if (freer) freest = { run, share, lane: progress.lane, unfinished }
  }
  return freest
}

/** What became of a node's items, over all its runs. */
export function summarize(runs: Attachment[], items: number): ReceiverSummary {
  const total = { offered: 0, processed: 0, dropped: 0, failed: 0, lost: 0 }
  for (const run of runs) {
    const { processed = 0, dropped = 0, failed = 0 } = run.progress ?? {}
    const offered = run.share?.given ?? (run.first === undefined ? 0 : (run.last ?? items) - run.first)
    total.offered += offered
    total.processed += processed
    total.dropped += dropped
    total.failed += failed
    if (run.last !== undefined) total.lost += offered - processed - dropped - failed
  }
  const latest = runs.at(-1)
  return {
    lane: latest?.progress?.lane ?? 'jetstream',
    state: latest?.state ?? 'died',
    attaches: runs.filter((run) => run.first !== undefined).length,
    error: latest?.error ?? null,
    ...total,
    latencyMs: latest?.progress?.latencyMs ?? null,
  }
}
