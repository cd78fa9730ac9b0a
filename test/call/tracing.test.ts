import { readFile } from 'node:fs/promises'
import { join as joinPath } from 'node:path'
import { SpanKind, SpanStatusCode, context as otelContext, propagation, trace } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node'
import { headers } from '@nats-io/transport-node'
import { BG, context, STREAM } from 'daffi'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { connectNats } from '../../src/runtime/nats/index.js'
import { ownPipeline } from '../support/pipeline.js'
import { temporaryProject } from '../support/temporary.js'
import { waitUntil } from '../support/wait.js'

/** Registers a real SDK for this test, as a program of the user's would. */
function registerSdk(): InMemorySpanExporter {
  const exporter = new InMemorySpanExporter()
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  provider.register()
  onTestFinished(async () => {
    for (const api of [trace, otelContext, propagation]) api.disable()
    await provider.shutdown()
  })
  return exporter
}

/** Waits for so many spans: one of a callback may end after its caller has the value. */
async function spansOf(exporter: InMemorySpanExporter, count: number): Promise<ReadableSpan[]> {
  await waitUntil(() => exporter.getFinishedSpans().length >= count)
  expect(exporter.getFinishedSpans()).toHaveLength(count)
  return exporter.getFinishedSpans()
}

/** Spans from the root to the last, each the child of the one before. */
function chain(spans: ReadableSpan[], root: ReadableSpan | undefined): ReadableSpan[] {
  const child = spans.find(({ parentSpanContext: parent }) => parent?.spanId === root?.spanContext().spanId)
  return root ? [root, ...(child ? chain(spans, child) : [])] : []
}

const about = ({ name, kind, attributes }: ReadableSpan): string =>
  `${SpanKind[kind]} ${name} by ${String(attributes['daffi.node'])}`

interface Callbacks {
  order: (n: number) => Promise<number>
  pack: (n: number) => Promise<number>
  print: (n: number) => number
  fail: () => void
}

test('one trace goes from a caller through a callback and a durable job to a second callback, over four nodes', async () => {
  const exporter = registerSdk()
  const { join } = await ownPipeline<Callbacks>()
  let inside: string | undefined
  await join('printer', {
    callbacks: {
      print: (n: number) => {
        inside = trace.getActiveSpan()?.spanContext().traceId
        return n
      },
    },
  })
  await join('packer', {
    callbacks: {
      pack: async (n: number) => {
        const { g } = context<Callbacks>()
        await Promise.resolve()
        return await g.call.print(n)
      },
    },
  })
  await join('shop', {
    callbacks: {
      order: async (n: number) => {
        const { g } = context<Callbacks>()
        const job = await g.call.pack(n).with(BG({ durable: true }))
        return await job.get()
      },
    },
  })
  const g = await join('customer')
  expect(await g.call.order(7)).toBe(7)

  const spans = await spansOf(exporter, 6)
  const whole = chain(
    spans,
    spans.find(({ parentSpanContext }) => parentSpanContext === undefined),
  )
  expect(whole.map(about)).toEqual([
    'CLIENT test/order by customer',
    'SERVER test/order by shop',
    'PRODUCER test/pack by shop',
    'CONSUMER test/pack by packer',
    'CLIENT test/print by packer',
    'SERVER test/print by printer',
  ])
  expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([inside]))
  expect(whole[1]?.attributes).toMatchObject({ 'rpc.system': 'daffi', 'daffi.from': 'customer' })
})

test('an error ends the spans of both sides; a call of this node itself has both, too', async () => {
  const exporter = registerSdk()
  const { join } = await ownPipeline<Callbacks>()
  const g = await join('alone', {
    callbacks: {
      fail: () => {
        throw new RangeError('closed')
      },
    },
  })
  await expect(g.call.fail()).rejects.toThrow('closed')
  const spans = await spansOf(exporter, 2)
  expect(spans.map(about).sort()).toEqual(['CLIENT test/fail by alone', 'SERVER test/fail by alone'])
  for (const { status, events } of spans) {
    expect(status).toEqual({ code: SpanStatusCode.ERROR, message: 'closed' })
    expect(events).toMatchObject([{ name: 'exception', attributes: { 'exception.type': 'RangeError' } }])
  }
})

test('a context from outside is taken as the standard has it; of another form or length, it is as if there were none', async () => {
  const exporter = registerSdk()
  const { server, join } = await ownPipeline<Callbacks>()
  await join('printer', { callbacks: { print: (n: number) => n } })
  const nc = await connectNats({ url: server }, { name: 'other client' })
  onTestFinished(() => nc.close())
  const [id, parent] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']
  const good = `00-${id}-${parent}-01`
  for (const value of [
    good,
    `${good}-x`,
    good.replace('00-', 'ff-'),
    `00-${'0'.repeat(32)}-${parent}-01`,
    'x'.repeat(3000),
  ]) {
    const head = headers()
    head.set('traceparent', value)
    const answer = await nc.request('daffi.test.call.print', '[1]', { headers: head, timeout: 5000 })
    expect(answer.string()).toBe('1')
  }
  const [first, ...others] = await spansOf(exporter, 5)
  expect(first?.spanContext().traceId).toBe(id)
  expect(first?.parentSpanContext).toMatchObject({ spanId: parent, isRemote: true })
  for (const { parentSpanContext } of others) expect(parentSpanContext).toBeUndefined()
})

test('one of a hundred items of a stream has one trace, through all stages', async () => {
  const exporter = registerSdk()
  const { join } = await ownPipeline<{ half: (n: number) => number; show: (n: number) => void }>()
  await join('last', { callbacks: { show: (_n: number) => undefined } })
  const middle = await join('middle', { callbacks: { half: (n: number) => n / 2 } })
  await middle.waitFunction('show')
  const results = middle.call.show().with(STREAM({ delivery: 'lossless', resultsOf: 'half' }))
  const first = await join('first')
  const numbers = Array.from({ length: 250 }, (_, n) => n)
  await first.call.half(numbers).with(STREAM({ delivery: 'lossless', source: 'numbers' }))
  expect((await results).receivers).toMatchObject({ last: { processed: 250 } })

  const spans = await spansOf(exporter, 6)
  const ids = new Set(spans.map((span) => span.spanContext().traceId))
  const items = [...ids].map((id) =>
    spans
      .filter((span) => span.spanContext().traceId === id)
      .map((span) => `${about(span)} of item ${String(span.attributes['daffi.item'])}`)
      .sort(),
  )
  expect(items.sort()).toEqual(
    [0, 100, 200].map((n) => [
      `CONSUMER test/half by middle of item ${n}`,
      `CONSUMER test/show by last of item ${n}`,
    ]),
  )
})

test('a process gets its SDK by NODE_OPTIONS, none of its threads does, and what is left is sent when it leaves', async () => {
  const exporter = registerSdk()
  const { server, join } = await ownPipeline<Callbacks>()
  await join('printer', { callbacks: { print: (n: number) => n } })
  const cwd = await temporaryProject({
    'otel.mjs': `
import { appendFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { BatchSpanProcessor, NodeTracerProvider } from ${JSON.stringify(import.meta.resolve('@opentelemetry/sdk-trace-node'))}
const note = (text) => appendFileSync('noted.txt', text + '\\n')
note('main ' + isMainThread)
const exporter = {
  export: (spans, done) => {
    for (const span of spans) note(span.spanContext().traceId)
    done({ code: 0 })
  },
  shutdown: async () => {},
}
new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] }).register()
`,
    'program.mjs': `
import { Global } from 'daffi'
const g = await Global.connect({ server: ${JSON.stringify(server)}, pipeline: 'test', processName: 'program' })
await g.call.print(1)
await g.stop()
`,
  })
  await execa(process.execPath, ['program.mjs'], { cwd, env: { NODE_OPTIONS: '--import ./otel.mjs' } })
  const [span] = await spansOf(exporter, 1)
  const noted = await readFile(joinPath(cwd, 'noted.txt'), 'utf8')
  expect(noted.trim().split('\n')).toEqual(['main true', span?.spanContext().traceId])
})

test('without an SDK nothing is sent, and nothing is kept', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  await join('printer', { callbacks: { print: (n: number) => n } })
  const g = await join('customer')
  const nc = await connectNats({ url: server }, { name: 'listener' })
  onTestFinished(() => nc.close())
  const heard = nc.subscribe('daffi.test.node.printer.>', { max: 1 })
  await nc.flush()
  const [, seen] = await Promise.all([g.call.print(1), heard[Symbol.asyncIterator]().next()])
  // The only header that a small call would have.
  expect(seen).toMatchObject({ value: { headers: undefined } })
})
