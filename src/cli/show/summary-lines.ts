import { errorReminder } from '../../runtime/core/message/error-text.js'
import { plainJson } from '../../runtime/core/text/plain-text.js'
import type { CallResult, ReceiverSummary, StageResult, StreamResult } from '../../runtime/index.js'
import { formatBytes, formatCount, formatFps } from './units.js'
import type { Colours } from './colours.js'
import { tableLines, type Cell } from './table.js'
import { count, plural } from '../../runtime/core/text/count.js'

interface Results {
  calls: CallResult[]
  streams: StreamResult[]
  stages: StageResult[]
}

/** The results of a run's calls, streams and stages: a line each, and one for each receiver. */
export function summaryLines({ calls, streams, stages }: Results, colours: Colours): string[] {
  return [
    ...calls.map((call) => callLine(call, colours)),
    ...streams.flatMap((each) => streamLines(each, colours)),
    ...align(stages.map(stageCells)),
  ]
}

function stageCells({ node, callback, gave, filtered, failed, out, ...stage }: StageResult): string[] {
  const counts = [
    ['in', stage.in],
    ['gave results', gave],
    ['filtered', filtered],
    ['failed', failed],
    ['out', out],
  ] as const
  return [`stage ${callback} of ${node}`, ...counts.map(([what, number]) => `${formatCount(number)} ${what}`)]
}

function callLine({ node, call, modifier, value, error }: CallResult, colours: Colours): string {
  const outcome = error ? colours.red(errorReminder(error)) : plainJson(value)
  return `${mark(error, colours)} ${node} called ${call} ${colours.dim(`(${modifier})`)}: ${outcome}`
}

function streamLines(summary: StreamResult, colours: Colours): string[] {
  const {
    call,
    source,
    results_of: resultsOf,
    as,
    from,
    delivery,
    items,
    bytes,
    seconds,
    gaps,
    attempts,
    error,
  } = summary
  const what = source ?? (resultsOf === undefined ? 'items' : `results of ${resultsOf}`)
  const flow = `${from} streamed ${what} to ${call}${as === undefined ? '' : ` as ${as}`} ${colours.dim(`(${delivery}${attempts === undefined ? '' : `, ${count(attempts, 'attempt')}`})`)}`
  const figures = `${formatCount(items)} ${plural(items, 'item')}, ${formatBytes(bytes)} in ${seconds.toFixed(1)} s (${formatFps(items, seconds)})${gaps > 0 ? `, ${count(gaps, 'gap')}` : ''}`
  const receivers = align(Object.entries(summary.receivers).map(([name, each]) => receiverCells(name, each)))
  return [
    `${mark(error, colours)} ${flow}: ${figures}`,
    ...(error ? [`  ${colours.red(errorReminder(error))}`] : []),
    ...receivers.map((line) => `  ${line}`),
  ]
}

function receiverCells(name: string, receiver: ReceiverSummary): string[] {
  const { lane, state, offered, processed, dropped, failed, unmatched, lost, latencyMs, error } = receiver
  const latency = latencyMs ? `p50 ${latencyMs.p50.toFixed(1)} ms, p99 ${latencyMs.p99.toFixed(1)} ms` : ''
  return [
    name,
    lane,
    state,
    `${formatCount(offered)} offered`,
    `${formatCount(processed)} processed`,
    `${formatCount(dropped)} dropped`,
    `${formatCount(failed)} failed`,
    ...(unmatched === undefined ? [] : [`${formatCount(unmatched)} unmatched`]),
    `${formatCount(lost)} lost`,
    latency,
    error ? errorReminder(error) : '',
  ]
}

function align(rows: string[][]): string[] {
  return tableLines(rows.map((row) => row.map((text): Cell => [text])))
}

function mark(error: unknown, colours: Colours): string {
  return error ? colours.red('✖') : colours.green('✔')
}
