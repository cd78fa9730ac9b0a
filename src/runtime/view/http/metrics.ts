import { Counter, Gauge, Registry } from 'prom-client'
import { NODE_VIEW_STATES } from '../board/snapshot.js'
import type { PipelineState } from '../board/status-poller.js'

/** Formats the state of a pipeline in the text format of Prometheus. */
export async function metricsText({
  pipeline,
  sources,
  nodes,
  streams,
}: Pick<PipelineState, 'pipeline' | 'sources' | 'nodes' | 'streams'>): Promise<string> {
  const registry = new Registry()
  registry.setDefaultLabels({ pipeline })
  const counter = <L extends string>(name: string, help: string, labelNames: L[]): Counter<L> =>
    new Counter({ name: `daffi_${name}`, help, labelNames, registers: [registry] })
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]): Gauge<L> =>
    new Gauge({ name: `daffi_${name}`, help, labelNames, registers: [registry] })

  const up = gauge('node_up', 'Whether the node is ready.', ['node'])
  const states = gauge('node_state', 'Whether the node is in this state.', ['node', 'state'])
  const restarts = counter('node_restarts_total', 'Number of restarts of the node.', ['node'])
  for (const { name: node, state, restarts: count } of nodes) {
    up.set({ node }, state === 'ready' ? 1 : 0)
    for (const each of NODE_VIEW_STATES) states.set({ node, state: each }, each === state ? 1 : 0)
    restarts.inc({ node }, count)
  }

  const perStage: ('node' | 'callback')[] = ['node', 'callback']
  const stageCounts = {
    in: counter('stage_in_total', 'Items for which the callback has returned or failed.', perStage),
    gave: counter('stage_gave_total', 'Items that gave results to stream on.', perStage),
    filtered: counter('stage_filtered_total', 'Items that gave none.', perStage),
    failed: counter('stage_failed_total', 'Items for which the callback failed.', perStage),
    out: counter('stage_out_total', 'Results that were streamed on.', perStage),
  }
  for (const { name: node, stages } of nodes)
    for (const { callback, ...counts } of stages)
      for (const [what, count] of Object.entries(counts))
        stageCounts[what as keyof typeof counts].inc({ node, callback }, count)

  const endToEnd = gauge('source_latency_seconds', 'Time from capture to the last stage.', [
    'source',
    'quantile',
  ])
  for (const { name: source, endToEndMs } of sources) {
    if (!endToEndMs) continue
    endToEnd.set({ source, quantile: '0.5' }, endToEndMs.p50 / 1000)
    endToEnd.set({ source, quantile: '0.99' }, endToEndMs.p99 / 1000)
  }

  const running = gauge('stream_running', 'Whether the stream is being written.', ['stream'])
  const items = counter('stream_items_total', 'Items that the source yielded.', ['stream'])
  const bytes = counter('stream_bytes_total', 'Bytes of those items.', ['stream'])
  const labels: ('stream' | 'receiver')[] = ['stream', 'receiver']
  const counts = {
    processed: counter('receiver_processed_total', 'Items that the callback has processed.', labels),
    dropped: counter('receiver_dropped_total', 'Items left out because newer ones were available.', labels),
    failed: counter('receiver_failed_total', 'Items for which the callback failed.', labels),
    unmatched: counter('receiver_unmatched_total', 'Items that had no partner in a join.', labels),
    lost: counter('receiver_lost_total', 'Items that were lost because the receiver ended.', labels),
  }
  const lag = gauge('receiver_lag_items', 'Items offered and not accounted for yet.', labels)
  const latency = gauge('receiver_latency_seconds', 'Time from capture or yield to the callback.', [
    ...labels,
    'quantile',
  ])
  for (const each of streams) {
    const stream = each.name
    running.set({ stream }, each.state === 'running' ? 1 : 0)
    items.inc({ stream }, each.items)
    bytes.inc({ stream }, each.bytes)
    for (const receiver of each.receivers) {
      const label = { stream, receiver: receiver.name }
      counts.processed.inc(label, receiver.processed)
      counts.dropped.inc(label, receiver.dropped)
      counts.failed.inc(label, receiver.failed)
      counts.unmatched.inc(label, receiver.unmatched)
      counts.lost.inc(label, receiver.lost)
      lag.set(label, receiver.lag)
      if (!receiver.latencyMs) continue
      latency.set({ ...label, quantile: '0.5' }, receiver.latencyMs.p50 / 1000)
      latency.set({ ...label, quantile: '0.99' }, receiver.latencyMs.p99 / 1000)
    }
  }
  return await registry.metrics()
}
