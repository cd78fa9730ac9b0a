import type { ReceiverSummary, StreamSummary } from '../../../runtime/index.js'
import { formatCount, formatFps, formatRate } from '../units.js'
import { plural } from '../../../runtime/core/text/count.js'

/** Counts of a stream at one moment. */
interface Sample {
  items: number
  bytes: number
  seconds: number
}

/** Turns the summaries of one stream, one after the other, into lines of text. */
export class StreamProgress {
  #before: Sample = { items: 0, bytes: 0, seconds: 0 }

  constructor(private readonly unit: 'frame' | 'item') {}

  /** A line for the stream and one for each receiver; the rates are those since the call before. */
  lines(summary: StreamSummary): string[] {
    const { items, bytes, seconds } = summary
    const before = this.#before.seconds < seconds ? this.#before : { items: 0, bytes: 0, seconds: 0 }
    this.#before = { items, bytes, seconds }
    const passed = seconds - before.seconds
    const head = [
      `${nameOf(summary)}: ${formatCount(items)} ${plural(items, this.unit)}`,
      formatFps(items - before.items, passed),
      formatRate(bytes - before.bytes, passed),
    ]
    const receivers = Object.entries(summary.receivers).map(([name, each]) => receiverText(name, each))
    return [head.join('  '), ...receivers]
  }
}

function nameOf({ source, results_of: resultsOf, call }: StreamSummary): string {
  return source ?? (resultsOf === undefined ? call : `results of ${resultsOf}`)
}

function receiverText(name: string, receiver: ReceiverSummary): string {
  const { offered, processed, dropped, failed, unmatched = 0, lost, lane, state } = receiver
  const lag = offered - processed - dropped - failed - unmatched - lost
  const status = state === 'attached' ? lane : `${lane} ${state}`
  return `${name} ${status} lag ${lag} drops ${dropped}${failed > 0 ? ` failed ${failed}` : ''}${unmatched > 0 ? ` unmatched ${unmatched}` : ''}`
}
