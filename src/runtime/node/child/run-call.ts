import { createHash } from 'node:crypto'
import { addAbortListener } from 'node:events'
import { PERIOD, plannedStream, RemoteError, remoteFields, type Global } from '../../call/index.js'
import { toPlain } from '../../codec/index.js'
import { isCallbackError } from '../../core/thrown/callback-error.js'
import { DaffiError, messageOf, toErrorRecord, type ErrorRecord } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { RestartPlan } from '../../core/plan/node-options.js'
import type { CallPlan, ModifierPlan, ScheduleSpec, StreamPlan } from '../../core/plan/plan.js'
import type { StreamSummary } from '../../core/plan/summary.js'
import { sleep } from '../../core/timer.js'
import { StreamError, type PushedItems } from '../../stream/index.js'
import { callbackCall } from '../calls/callback-call.js'
import { scheduleOptions, sendCall } from '../calls/send-call.js'
import { aborted } from '../common/aborted.js'
import type { Lost } from '../common/lost-signals.js'
import type { CallReport } from '../ipc/node-reports.js'
import { CallRestarts } from './call-restarts.js'
import { CallWatch } from './call-watch.js'
import type { NodeSources } from './open-sources.js'

/** Waits that take longer than this are logged. */
const LONG_WAIT_MS = 2000

export interface CallContext {
  g: Global
  /** Sources; their items end when the node drains. */
  sources: NodeSources
  /** Streams of results, by the index of their call. */
  results: ReadonlyMap<number, PushedItems>
  /** Leaves the streams that the node's callbacks get, when they have had what they were given. */
  leaveStreams: () => Promise<void>
  log: Logger
  lost: Lost
  report: (report: CallReport) => void
  /** The node's policy, which holds for its calls, too. */
  restart: RestartPlan
  /** Aborts when no new call may begin any more: waits end, running calls and streams continue. */
  draining: AbortSignal
  /** Aborts with `draining` when more would have come, so that durable streams stay unfinished. */
  stopping: AbortSignal
  /** Aborts when calls and streams that still run are to be aborted. */
  leaving: AbortSignal
}

/**
 * Runs one call of the pipeline file: waits for the nodes that it needs, makes it, and reports its result. When it fails, it
 * is made again as the node's restart policy says. Never rejects.
 */
export async function runCall(plan: CallPlan, index: number, context: CallContext): Promise<void> {
  const { report, restart, draining } = context
  const { call, source, modifier } = plan
  const restarts = new CallRestarts(modifier.kind, restart)
  const share = modifier.kind === 'STREAM' && modifier.share !== false
  const watch = new CallWatch({ ...context, index, call, share })
  const results = context.results.get(index)
  // What its callback was given comes out before the stream of its results ends.
  if (results) addAbortListener(draining, () => void context.leaveStreams().finally(() => results.end()))
  for (;;) {
    const { ranMs, value, summary, error } = await attempt(plan, index, context, watch)
    if (!error || draining.aborted || !(await isRepeated(error, ranMs))) {
      results?.close()
      if (source !== undefined) context.sources.close(index)
      if (modifier.kind === 'STREAM') report({ type: 'stream', index, summary, error })
      else report({ type: 'call', index, value, error })
      return
    }
    report({ type: 'repeat', index, summary, error })
  }

  /** Resolves when the call is to be made again; with false when it is not. */
  async function isRepeated(error: ErrorRecord, ranMs: number): Promise<boolean> {
    const pauseMs = restarts.pauseAfter(error, ranMs)
    if (pauseMs === undefined) return false
    watch.onFailure(error, pauseMs)
    await sleep(pauseMs, draining).catch(() => undefined)
    return !draining.aborted
  }
}

/** Outcome of one attempt at a call. */
interface Outcome {
  value: unknown
  /** Null for a call that is no stream, or whose stream was never opened. */
  summary: StreamSummary | null
  error: ErrorRecord | null
  /** Milliseconds since the nodes that the call waits for were there. */
  ranMs: number
}

async function attempt(
  plan: CallPlan,
  index: number,
  context: CallContext,
  watch: CallWatch,
): Promise<Outcome> {
  const { modifier } = plan
  let begun = performance.now()
  const outcome = (given: Partial<Outcome>): Outcome => ({
    value: null,
    summary: null,
    error: null,
    ranMs: performance.now() - begun,
    ...given,
  })
  try {
    await waitFor(plan, index, context)
    begun = performance.now()
    if (modifier.kind === 'STREAM')
      return outcome({ summary: await runStream(plan, modifier, index, context, watch) })
    return outcome({ value: toPlain(await runWithoutStream(plan, modifier, index, context, watch)) })
  } catch (thrown) {
    if (thrown instanceof StreamError)
      return outcome({ summary: thrown.summary, error: toErrorRecord(reasonOf(thrown)) })
    // A callback of this very node throws its own errors.
    const isDaffis = thrown instanceof DaffiError && !isCallbackError(thrown)
    const error = isDaffis ? thrown : new RemoteError(remoteFields(thrown, context.g.processName))
    return outcome({ error: toErrorRecord(error) })
  }
}

/** The reason why a stream was interrupted, such as a failure of its source; else the error about its receivers itself. */
function reasonOf(error: StreamError): DaffiError {
  return error.cause instanceof DaffiError ? error.cause : error
}

/** Waits for the nodes that a call needs; a node that has failed for good is not waited for. */
async function waitFor(
  plan: CallPlan,
  index: number,
  { g, log, lost, draining }: CallContext,
): Promise<void> {
  const names = new Set(plan.to === undefined ? plan.waitFor : [...plan.waitFor, plan.to])
  const signal = AbortSignal.any([draining, lost.calls.signalOf(String(index))])
  const logged = (what: string, waiting: Promise<void>): Promise<void> => {
    const timer = setTimeout(() => log.info(`${plan.call} waits for ${what}`), LONG_WAIT_MS)
    return waiting.finally(() => clearTimeout(timer))
  }
  const present = async (name: string): Promise<void> => {
    const failed = lost.nodes.signalOf(name)
    try {
      await logged(name, g.waitProcess(name, { signal: AbortSignal.any([signal, failed]) }))
    } catch (error) {
      if (signal.aborted || !failed.aborted) throw error
      log.warn(`${plan.call} does not wait for ${messageOf(failed.reason)}`)
    }
  }
  await Promise.all([...names].map(present))
  await logged('a node that offers it', g.waitFunction(plan.call, { signal }))
}

async function runWithoutStream(
  plan: CallPlan,
  modifier: Exclude<ModifierPlan, StreamPlan>,
  index: number,
  context: CallContext,
  watch: CallWatch,
): Promise<unknown> {
  if (modifier.kind === 'PERIOD') {
    await runPeriod(plan, modifier.schedule, index, context, watch)
    return null
  }
  const { g, leaving: signal } = context
  return await sendCall(callbackCall(g, plan.call, plan.args, plan.to), modifier, signal)
}

/** Schedules the call until the node drains. A restart of the node in between keeps the schedule. */
async function runPeriod(
  plan: CallPlan,
  spec: ScheduleSpec,
  index: number,
  { g, log, draining }: CallContext,
  watch: CallWatch,
): Promise<void> {
  const uuid = scheduleId(g.processName, plan.call, index)
  const task = await callbackCall(g, plan.call, plan.args, plan.to).with(
    PERIOD({ uuid, ...scheduleOptions(spec) }),
  )
  watch.onRunning()
  await aborted(draining)
  await task
    .cancel()
    .catch((error: unknown) => log.warn(`could not cancel the schedule of ${plan.call}: ${messageOf(error)}`))
}

/** Derives the schedule's id from its call, so that a node that was restarted replaces its schedule and has no second one. */
function scheduleId(node: string, call: string, index: number): string {
  const hash = createHash('sha256').update(`${node} ${call} ${index}`).digest('hex')
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}

async function runStream(
  plan: CallPlan,
  modifier: StreamPlan,
  index: number,
  context: CallContext,
  watch: CallWatch,
): Promise<StreamSummary> {
  const { source, resultsOf, as } = plan
  const { g, sources, results, report } = context
  const opened = source === undefined ? undefined : sources.open(source, index)
  // Without source and results, the only argument is the iterable, as in a program.
  const items = opened ?? results.get(index) ?? plan.args[0]
  const options = {
    ...(source === undefined ? {} : { source }),
    ...(resultsOf === undefined ? {} : { resultsOf }),
    ...(as === undefined ? {} : { as }),
    onProgress: (summary: StreamSummary) => {
      report({ type: 'progress', index, summary })
      watch.onProgress(summary)
    },
    stopping: context.stopping,
    // A durable stream would wait for its receivers for ever, and a lossless one for long.
    signal: AbortSignal.any([context.leaving, context.lost.calls.signalOf(String(index))]),
  }
  try {
    return await callbackCall(g, plan.call, [items], plan.to).with(plannedStream(modifier, options))
  } finally {
    if (source !== undefined) sources.close(index, opened)
  }
}
