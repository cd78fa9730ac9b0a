import { Lineage, sourcesOf } from './lineage.js'
import type { Latency, StreamView } from './snapshot.js'

/** Finds, by source, the time from capture to the last stage: that of the slowest one, where there are several. */
export function endToEnd(streams: readonly StreamView[]): Map<string, Latency> {
  const slowest = new Map<string, Latency>()
  const running = streams.filter(({ state }) => state === 'running')
  const lineage = new Lineage(running)
  for (const stream of running) {
    const last = stream.receivers.filter(
      (each) => each.state === 'attached' && lineage.endsAt(stream, each) && each.latencyMs,
    )
    if (last.length === 0) continue
    for (const source of sourcesOf(lineage.upstream(stream))) {
      for (const { latencyMs } of last) {
        const known = source === null ? undefined : slowest.get(source)
        if (source !== null && latencyMs && !(known && known.p50 >= latencyMs.p50))
          slowest.set(source, latencyMs)
      }
    }
  }
  return slowest
}
