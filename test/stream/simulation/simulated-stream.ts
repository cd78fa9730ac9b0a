import { parseOptions } from '../../../src/runtime/core/stream/parse-options.js'
import { STREAM_OPTIONS } from '../../../src/runtime/core/stream/stream-options.js'
import type { StreamSummary } from '../../../src/runtime/core/plan/summary.js'
import { StreamError } from '../../../src/runtime/stream/common/stream-error.js'
import type { StreamOptions } from '../../../src/runtime/stream/protocol/ports.js'
import { writeStream } from '../../../src/runtime/stream/write-stream.js'
import type { Schedule } from './schedule.js'
import type { SimulatedNode } from './simulated-node.js'

/** Pause after which a call whose stream has failed is made again, as a node's restart policy does. */
const AGAIN_MS = 1000
/** Shorter than by default, so that schedules are, too. */
const PATIENCE = '4s'

/** Item of a simulated stream. */
export interface Item {
  stream: string
  number: number
  made: number
}

/** One stream, as its writer knows it. */
export interface StreamRun {
  key: string
  writer: SimulatedNode
  /** Names of the nodes that it began with: a lossless stream is for these. */
  names: string[]
  begun: number
  /** Time of the first item that its source has yielded: not before all have attached that are waited for. */
  first: number | undefined
  /** Items that its source has yielded. */
  yielded: number
  /** Names of its receivers, so far. */
  receivers: string[]
  ended: number | undefined
  summary: StreamSummary | undefined
  error: unknown
}

interface WriterOptions {
  schedule: Schedule
  node: SimulatedNode
  now: () => number
  /** Aborts when the sources end. */
  stopping: AbortSignal
  /** Called when a stream begins; what is known of it is kept in the record from then on. */
  onRun: (run: StreamRun) => void
}

/** Streams until the sources end: a stream that has failed is begun anew. */
export async function keepStreaming(options: WriterOptions): Promise<void> {
  const { node, stopping, now } = options
  for (let attempt = 1; !stopping.aborted && node.joined; attempt++) {
    const run: StreamRun = {
      key: `${node.incarnation}#${attempt}`,
      writer: node,
      names: node.ports.peers.offering('take').map(({ name }) => name),
      begun: now(),
      first: undefined,
      yielded: 0,
      receivers: [],
      ended: undefined,
      summary: undefined,
      error: undefined,
    }
    options.onRun(run)
    try {
      run.summary = await writeStream(items(run, options), streamOptions(run, options), node.ports)
    } catch (error) {
      run.error = error
      if (error instanceof StreamError) run.summary = error.summary
    }
    run.ended = now()
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
  }
}

function streamOptions(run: StreamRun, { schedule, stopping }: WriterOptions): StreamOptions {
  const { delivery = 'live', share } = schedule
  const defaults = parseOptions(STREAM_OPTIONS, { patience: PATIENCE })
  return {
    ...defaults,
    call: 'take',
    source: null,
    delivery,
    share,
    shm: false,
    onError: 'stop',
    yields: false,
    stopping,
    onProgress: ({ receivers }) => void (run.receivers = Object.keys(receivers)),
  }
}

async function* items(run: StreamRun, { schedule, stopping, now }: WriterOptions): AsyncGenerator<Item> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, schedule.itemMs))
    if (stopping.aborted) return
    run.first ??= now()
    yield { stream: run.key, number: run.yielded++, made: now() }
  }
}
