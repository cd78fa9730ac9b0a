import type { Attributes, Context, Span, SpanKind, Tracer as OtelTracer } from '@opentelemetry/api'
import { bounded } from '../../core/timeout.js'
import { readThrown } from '../../core/thrown/read-thrown.js'
import type { Invocation } from '../api/context.js'
import type { ModifierKind } from '../api/modifiers.js'
import type { Target } from '../api/pending-call.js'
import { traceOfItem } from './item-trace.js'
import { formatTraceparent, parseTraceparent, type RemoteSpan, type Traceparent } from './traceparent.js'

type Api = typeof import('@opentelemetry/api')

/** Key under which every copy of `@opentelemetry/api` finds what was registered; that of all its versions 1. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1')

/** Longest wait for the SDK when a node leaves. */
const FLUSH_MS = 2000

/** A method that providers of SDKs have besides their interface. */
interface Flushable {
  forceFlush?: () => Promise<void>
}

interface TracerOptions {
  pipeline: string
  node: string
}

/**
 * Gives the tracer of a node if this process has registered an SDK of OpenTelemetry. Else there is none, its API is not even loaded, and
 * each call and item finds out by one comparison.
 */
export async function openTracer(options: TracerOptions): Promise<Tracer | undefined> {
  const registered = (globalThis as { [REGISTERED]?: { trace?: unknown } })[REGISTERED]
  return registered?.trace ? new Tracer(await import('@opentelemetry/api'), options) : undefined
}

/** Makes spans of calls, jobs, and some items of streams. */
export class Tracer {
  readonly #api: Api
  readonly #otel: OtelTracer
  readonly #options: TracerOptions

  constructor(api: Api, options: TracerOptions) {
    this.#api = api
    this.#otel = api.trace.getTracer('daffi')
    this.#options = options
  }

  /** Sends a call in a span, whose context `traceparent` gives meanwhile. */
  async sent<T>(
    { callback, to }: Pick<Target, 'callback' | 'to'>,
    modifier: ModifierKind,
    send: () => Promise<T>,
  ): Promise<T> {
    const { SpanKind: kinds, context } = this.#api
    const kind = modifier === 'FG' || modifier === 'BROADCAST' ? kinds.CLIENT : kinds.PRODUCER
    const attributes = { 'daffi.modifier': modifier, ...(to !== undefined && { 'daffi.to': to }) }
    return await this.#span({ callback, kind, attributes, parent: context.active() }, send)
  }

  /** The context of the present span, to send it on; undefined outside of spans. */
  get traceparent(): Traceparent | undefined {
    const span = this.#api.trace.getActiveSpan()?.spanContext()
    return span && this.#api.isSpanContextValid(span) ? formatTraceparent(span) : undefined
  }

  /** Runs a callback for a call or a job in a span, as a child of the caller's. */
  answered(callback: string, { from, traceparent }: Invocation, isJob: boolean, run: () => unknown): unknown {
    const kind = isJob ? this.#api.SpanKind.CONSUMER : this.#api.SpanKind.SERVER
    const parent = this.#remote(traceparent === undefined ? undefined : parseTraceparent(traceparent))
    const attributes = from === undefined ? {} : { 'daffi.from': from }
    return this.#span({ callback, kind, attributes, parent }, run)
  }

  /** Runs a callback with an item, a batch or a match; in a span when one of its items is traced. */
  received(callback: string, { from, origin, origins = [] }: Invocation, run: () => unknown): unknown {
    for (const each of origin ? [origin] : origins) {
      const trace = traceOfItem(this.#options.pipeline, each)
      if (!trace) continue
      const { source, item, time } = each
      const attributes = {
        'daffi.item': item,
        'daffi.age_ms': Math.max(0, Date.now() - time),
        ...(source !== null && { 'daffi.source': source }),
        ...(from !== undefined && { 'daffi.from': from }),
      }
      const kind = this.#api.SpanKind.CONSUMER
      return this.#span({ callback, kind, attributes, parent: this.#remote(trace) }, run)
    }
    return run()
  }

  /** Has the SDK send what it still has: a process that leaves ends at once. It is not waited for without end. */
  async flush(): Promise<void> {
    const { trace, ProxyTracerProvider } = this.#api
    const proxy = trace.getTracerProvider()
    const provider = (proxy instanceof ProxyTracerProvider ? proxy.getDelegate() : proxy) as Flushable
    const flushing = Promise.resolve(provider.forceFlush?.())
    await bounded(flushing, { timeoutMs: FLUSH_MS, what: 'sending spans' }).catch(() => undefined)
  }

  /** The context of a span elsewhere. Not that of this moment: a message comes in that of whoever has connected. */
  #remote(span: RemoteSpan | undefined): Context {
    const { ROOT_CONTEXT, trace } = this.#api
    return span ? trace.setSpanContext(ROOT_CONTEXT, { ...span, isRemote: true }) : ROOT_CONTEXT
  }

  #span<R>(
    about: { callback: string; kind: SpanKind; attributes: Attributes; parent: Context },
    run: () => R,
  ): R {
    const { callback, kind, parent } = about
    const { pipeline, node } = this.#options
    const attributes = {
      'rpc.system': 'daffi',
      'rpc.service': pipeline,
      'rpc.method': callback,
      'daffi.node': node,
      ...about.attributes,
    }
    const span = this.#otel.startSpan(`${pipeline}/${callback}`, { kind, attributes }, parent)
    try {
      const result = this.#api.context.with(this.#api.trace.setSpan(parent, span), run)
      if (result instanceof Promise)
        result.then(
          () => span.end(),
          (thrown: unknown) => this.#fail(span, thrown),
        )
      else span.end()
      return result
    } catch (thrown) {
      this.#fail(span, thrown)
      throw thrown
    }
  }

  #fail(span: Span, thrown: unknown): void {
    const { name, message, code, stack } = readThrown(thrown)
    const exception = {
      name,
      message,
      ...(code !== undefined && { code }),
      ...(stack !== undefined && { stack }),
    }
    span.recordException(exception)
    span.setStatus({ code: this.#api.SpanStatusCode.ERROR, message })
    span.end()
  }
}
