import type { WaitingJobs } from '../../call/index.js'
import type { CallView, Latency, StreamView, TotalReceiver, TotalView } from '../board/snapshot.js'
import type { Observed } from './observed.js'

/** A value with its labels. Without a value there is no sample. */
export type Sample<L extends string> = [labels: Record<L, string>, value: number | undefined]

/** A metric: what it means, its labels, and its samples. The table in docs/production.md is made from these. */
export interface Metric<L extends string = string> {
  type: 'gauge' | 'counter'
  help: string
  labels: readonly L[]
  samples: (observed: Observed) => Sample<L>[]
}

const metric =
  (type: Metric['type']) =>
  <L extends string>(help: string, labels: readonly L[], samples: Metric<L>['samples']): Metric<L> => ({
    type,
    help,
    labels,
    samples,
  })
export const gauge = metric('gauge')
export const counter = metric('counter')

export const flag = (is: boolean): number => (is ? 1 : 0)

/** The samples of each node, without those that have none. */
export const ofNodes =
  (valueOf: (node: Observed['nodes'][number]) => number | undefined): Metric<'node'>['samples'] =>
  ({ nodes }) =>
    nodes.map((each) => [{ node: each.name }, valueOf(each)])

export const ofStages =
  (
    valueOf: (stage: Observed['nodes'][number]['stages'][number]) => number,
  ): Metric<'node' | 'callback'>['samples'] =>
  ({ nodes }) =>
    nodes.flatMap(({ name: node, stages }) =>
      stages.map((each): Sample<'node' | 'callback'> => [{ node, callback: each.callback }, valueOf(each)]),
    )

export const ofAnswered =
  (
    valueOf: (answered: Observed['nodes'][number]['answered'][number]) => number,
  ): Metric<'node' | 'callback'>['samples'] =>
  ({ nodes }) =>
    nodes.flatMap(({ name: node, answered }) =>
      answered.map((each): Sample<'node' | 'callback'> => [{ node, callback: each.callback }, valueOf(each)]),
    )

export const ofCalls =
  (valueOf: (call: CallView) => number): Metric<'node' | 'call' | 'items' | 'side' | 'to'>['samples'] =>
  ({ calls }) =>
    calls.map((each) => {
      const { node, call, source, resultsOf, as, to } = each
      const items = source ?? resultsOf ?? ''
      return [{ node, call, items, side: as ?? '', to: to ?? '' }, valueOf(each)]
    })

export const ofStreams =
  (valueOf: (stream: StreamView) => number | undefined): Metric<'stream'>['samples'] =>
  ({ streams }) =>
    streams.map((each) => [{ stream: each.name }, valueOf(each)])

export const ofReceivers =
  (
    valueOf: (receiver: StreamView['receivers'][number]) => number,
  ): Metric<'stream' | 'receiver'>['samples'] =>
  ({ streams }) =>
    streams.flatMap(({ name: stream, receivers }) =>
      receivers.map((each): Sample<'stream' | 'receiver'> => [
        { stream, receiver: each.name },
        valueOf(each),
      ]),
    )

/** Samples of what calls have streamed in all. Counts of their present streams alone would begin anew with each. */
export const ofTotals =
  (valueOf: (total: TotalView) => number): Metric<'stream'>['samples'] =>
  ({ totals }) =>
    totals.map((each) => [{ stream: each.name }, valueOf(each)])

export const ofReceiverTotals =
  (valueOf: (receiver: TotalReceiver) => number): Metric<'stream' | 'receiver'>['samples'] =>
  ({ totals }) =>
    totals.flatMap(({ name: stream, receivers }) =>
      receivers.map((each): Sample<'stream' | 'receiver'> => [
        { stream, receiver: each.name },
        valueOf(each),
      ]),
    )

/** Median and 99th percentile. */
export function percentiles<L extends string>(
  labels: Record<L, string>,
  latency: Latency | null,
): Sample<L | 'percentile'>[] {
  if (!latency) return []
  const each = (percentile: '50' | '99', ms: number): Sample<L | 'percentile'> => [
    { ...labels, percentile },
    ms / 1000,
  ]
  return [each('50', latency.p50), each('99', latency.p99)]
}

export const ofJobs =
  (valueOf: (jobs: WaitingJobs) => number): Metric<'callback' | 'node'>['samples'] =>
  ({ work }) =>
    (work?.jobs ?? []).map((each) => [
      { callback: each.callback ?? '', node: each.node ?? '' },
      valueOf(each),
    ])
