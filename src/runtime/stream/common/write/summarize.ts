import { toErrorRecord } from '../../../core/errors.js'
import type { StreamSummary } from '../../../core/summary.js'
import type { StreamOptions, StreamPorts } from '../../protocol/ports.js'

interface Account {
  items: number
  bytes: number
  /** When the first item came, by `performance.now()`. */
  started: number | undefined
  failure: unknown
  receivers: StreamSummary['receivers']
}

/** A stream as its writer sees it now. */
export function summarize(
  { options, ports }: { options: StreamOptions; ports: StreamPorts },
  { items, bytes, started, failure, receivers }: Account,
): StreamSummary {
  const seconds = started === undefined ? 0 : (performance.now() - started) / 1000
  return {
    call: options.call,
    source: options.source,
    from: ports.self.name,
    delivery: options.delivery,
    items,
    bytes,
    seconds: Number(seconds.toFixed(3)),
    error: failure === undefined ? null : toErrorRecord(failure),
    receivers,
  }
}
