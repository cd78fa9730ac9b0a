import { Counter, Gauge, Registry } from 'prom-client'
import type { Snapshot } from '../board/snapshot.js'

type Look = Pick<Snapshot, 'pipeline' | 'nodes' | 'streams'>

/** A look at the pipeline in Prometheus' text format. */
export async function metricsText({ pipeline, nodes, streams }: Look): Promise<string> {
  const registry = new Registry()
  registry.setDefaultLabels({ pipeline })
  const counter = <L extends string>(name: string, help: string, labelNames: L[]): Counter<L> =>
    new Counter({ name: `daffi_${name}`, help, labelNames, registers: [registry] })
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]): Gauge<L> =>
    new Gauge({ name: `daffi_${name}`, help, labelNames, registers: [registry] })

  const up = gauge('node_up', 'Whether the node is ready.', ['node'])
  const restarts = counter('node_restarts_total', 'How often the node was started again.', ['node'])
  for (const { name: node, state, restarts: count } of nodes) {
    up.set({ node }, state === 'ready' ? 1 : 0)
    restarts.inc({ node }, count)
  }

  const running = gauge('stream_running', 'Whether the stream is being written.', ['stream'])
  const items = counter('stream_items_total', 'Items that the source yielded.', ['stream'])
  const bytes = counter('stream_bytes_total', 'Bytes of those items.', ['stream'])
  const labels: ('stream' | 'receiver')[] = ['stream', 'receiver']
  const counts = {
    processed: counter('receiver_processed_total', 'Items that the callback was done with.', labels),
    dropped: counter('receiver_dropped_total', 'Items left out because newer ones came.', labels),
    failed: counter('receiver_failed_total', 'Items that the callback failed with.', labels),
    lost: counter('receiver_lost_total', 'Items that went down with the receiver.', labels),
  }
  const lag = gauge('receiver_lag_items', 'Items offered and not yet dealt with.', labels)
  const latency = gauge('receiver_latency_seconds', 'From capture or yield to the callback.', [
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
      counts.lost.inc(label, receiver.lost)
      lag.set(label, receiver.lag)
      if (!receiver.latencyMs) continue
      latency.set({ ...label, quantile: '0.5' }, receiver.latencyMs.p50 / 1000)
      latency.set({ ...label, quantile: '0.99' }, receiver.latencyMs.p99 / 1000)
    }
  }
  return await registry.metrics()
}
