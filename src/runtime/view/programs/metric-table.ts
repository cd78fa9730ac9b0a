import { NODE_VIEW_STATES } from '../board/snapshot.js'
import {
  counter,
  flag,
  gauge,
  ofAnswered,
  ofCalls,
  ofJobs,
  ofNodes,
  ofReceivers,
  ofReceiverTotals,
  ofStages,
  ofStreams,
  ofTotals,
  percentiles,
  type Metric,
  type Sample,
} from './metric.js'

const NODE = ['node'] as const
const CALLBACK = ['node', 'callback'] as const
const CALL = ['node', 'call', 'items', 'side', 'to'] as const
const STREAM = ['stream'] as const
const RECEIVER = ['stream', 'receiver'] as const
const JOBS = ['callback', 'node'] as const

/** All metrics, by name. Each has the label `pipeline` besides. Names and labels are kept: alerts and dashboards have them. */
export const METRICS = {
  daffi_connected: gauge('1 while the NATS server can be reached, else 0.', [], ({ connected }) => [
    [{}, flag(connected)],
  ]),

  daffi_node_up: gauge(
    '1 while the node is `ready`, else 0.',
    NODE,
    ofNodes(({ state }) => flag(state === 'ready')),
  ),
  daffi_node_state: gauge(
    '1 for the state that the node is in, 0 for the others.',
    ['node', 'state'],
    ({ nodes }) =>
      nodes.flatMap(({ name: node, state }) =>
        NODE_VIEW_STATES.map((each): Sample<'node' | 'state'> => [
          { node, state: each },
          flag(each === state),
        ]),
      ),
  ),
  daffi_node_restarts_total: counter(
    'Restarts of the node.',
    NODE,
    ofNodes(({ restarts }) => restarts),
  ),
  daffi_node_cpu_seconds_total: counter(
    'Processor time of its present process.',
    NODE,
    ofNodes(({ usage }) => usage?.cpuSeconds),
  ),
  daffi_node_memory_bytes: gauge(
    'Memory of its process that is present (RSS). Shared memory that it has used counts in.',
    NODE,
    ofNodes(({ usage }) => usage?.memoryBytes),
  ),
  daffi_node_heap_bytes: gauge(
    'Memory of JavaScript values.',
    NODE,
    ofNodes(({ usage }) => usage?.heapBytes),
  ),
  daffi_node_loop_busy_seconds_total: counter(
    'Time for which its event loop was at work; its rate is the loop’s utilization.',
    NODE,
    ofNodes(({ usage }) => usage?.loopBusySeconds),
  ),
  daffi_node_loop_delay_seconds: gauge(
    'Longest time by which its event loop was late, of one sample a second in the last 15 seconds.',
    NODE,
    ofNodes(({ usage }) => (usage ? usage.loopDelayMs / 1000 : undefined)),
  ),

  daffi_call_troubled: gauge(
    '1 while a call of the pipeline file has failed, does not reach its receivers, or has a source that broke off.',
    CALL,
    ofCalls(({ state }) => flag(state === 'broken' || state === 'troubled' || state === 'failed')),
  ),
  daffi_call_gaps_total: counter(
    'Times that the source of the call broke off.',
    CALL,
    ofCalls(({ gaps }) => gaps),
  ),
  daffi_callback_calls_total: counter(
    'Calls and jobs that the callback has answered. Items of streams are none.',
    CALLBACK,
    ofAnswered(({ answered }) => answered),
  ),
  daffi_callback_errors_total: counter(
    'Those that failed.',
    CALLBACK,
    ofAnswered(({ failed }) => failed),
  ),
  daffi_callback_seconds_total: counter(
    'Time that they took together, without that for which they waited for their turn; by the number of calls, their mean.',
    CALLBACK,
    ofAnswered(({ seconds }) => seconds),
  ),

  daffi_stage_in_total: counter(
    'Items for which the callback of a stage has returned or failed.',
    CALLBACK,
    ofStages((stage) => stage.in),
  ),
  daffi_stage_gave_total: counter(
    'Items that gave results to stream on.',
    CALLBACK,
    ofStages(({ gave }) => gave),
  ),
  daffi_stage_filtered_total: counter(
    'Items that gave none.',
    CALLBACK,
    ofStages(({ filtered }) => filtered),
  ),
  daffi_stage_failed_total: counter(
    'Items for which the callback failed.',
    CALLBACK,
    ofStages(({ failed }) => failed),
  ),
  daffi_stage_out_total: counter(
    'Results that were streamed on.',
    CALLBACK,
    ofStages(({ out }) => out),
  ),

  daffi_source_latency_seconds: gauge(
    'Time from capture to the last stage, over the latest items.',
    ['source', 'percentile'],
    ({ sources }) => sources.flatMap(({ name: source, endToEndMs }) => percentiles({ source }, endToEndMs)),
  ),
  daffi_stream_running: gauge(
    '1 while the stream is being written, else 0.',
    STREAM,
    ofStreams(({ state }) => flag(state === 'running')),
  ),
  daffi_stream_info: gauge(
    'Always 1; its labels say who writes the stream, for which callback, and how it is delivered.',
    ['stream', 'node', 'callback', 'delivery'],
    ({ streams }) =>
      streams.map(({ name: stream, from: node, call: callback, delivery }) => [
        { stream, node, callback, delivery },
        1,
      ]),
  ),
  daffi_stream_items_total: counter(
    'Items that the source yielded, over all streams of the call in its run.',
    STREAM,
    ofTotals(({ items }) => items),
  ),
  daffi_stream_bytes_total: counter(
    'Bytes of those items.',
    STREAM,
    ofTotals(({ bytes }) => bytes),
  ),
  daffi_stream_ring_slots: gauge(
    'Slots of the stream’s ring in shared memory.',
    STREAM,
    ofStreams(({ ring }) => ring?.slots),
  ),
  daffi_stream_ring_used_slots: gauge(
    'Slots that cannot be overwritten at present, since a receiver needs them.',
    STREAM,
    ofStreams(({ ring }) => ring?.used),
  ),

  daffi_receiver_attached: gauge(
    '1 while the receiver is attached to the stream, else 0.',
    RECEIVER,
    ofReceivers(({ state }) => flag(state === 'attached')),
  ),
  daffi_receiver_attaches_total: counter(
    'Times that it has attached.',
    RECEIVER,
    ofReceiverTotals(({ attaches }) => attaches),
  ),
  daffi_receiver_offered_total: counter(
    'Items that the source yielded meanwhile.',
    RECEIVER,
    ofReceiverTotals(({ offered }) => offered),
  ),
  daffi_receiver_processed_total: counter(
    'Items that the callback has processed.',
    RECEIVER,
    ofReceiverTotals(({ processed }) => processed),
  ),
  daffi_receiver_dropped_total: counter(
    'Items left out because newer ones were there.',
    RECEIVER,
    ofReceiverTotals(({ dropped }) => dropped),
  ),
  daffi_receiver_failed_total: counter(
    'Items for which the callback failed.',
    RECEIVER,
    ofReceiverTotals(({ failed }) => failed),
  ),
  daffi_receiver_unmatched_total: counter(
    'Items that had no partner in a join.',
    RECEIVER,
    ofReceiverTotals(({ unmatched }) => unmatched),
  ),
  daffi_receiver_lost_total: counter(
    'Items that were lost because the receiver ended.',
    RECEIVER,
    ofReceiverTotals(({ lost }) => lost),
  ),
  daffi_receiver_lag_items: gauge(
    'Items offered, and in none of these counts yet.',
    RECEIVER,
    ofReceivers(({ lag }) => lag),
  ),
  daffi_receiver_latency_seconds: gauge(
    'Time from capture, or yield, to the callback, over the latest items.',
    ['stream', 'receiver', 'percentile'],
    ({ streams }) =>
      streams.flatMap(({ name: stream, receivers }) =>
        receivers.flatMap(({ name: receiver, latencyMs }) => percentiles({ stream, receiver }, latencyMs)),
      ),
  ),

  daffi_jobs_queued: gauge(
    'Durable jobs that no node has taken yet. They are for a callback, or for a node that they name.',
    JOBS,
    ofJobs(({ queued }) => queued),
  ),
  daffi_jobs_taken: gauge(
    'Durable jobs that a node runs, or that wait for their time or for another attempt.',
    JOBS,
    ofJobs(({ taken }) => taken),
  ),
  daffi_schedules: gauge('Schedules that will fire again.', [], ({ work }) => [[{}, work?.schedules]]),
  daffi_dead_letters: gauge('Dead letters that are kept.', [], ({ work }) => [[{}, work?.deadLetters]]),
} satisfies Record<string, Metric>
