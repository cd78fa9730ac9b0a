import { createHash } from 'node:crypto'
import { PERIOD, plannedStream, type Global } from '../../call/index.js'
import { DaffiError, messageOf, toErrorRecord } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { CallPlan, ModifierPlan, StreamPlan } from '../../core/plan/plan.js'
import type { ScheduleSpec } from '../../core/plan/plan.js'
import { StreamError } from '../../stream/index.js'
import { callbackCall } from '../calls/callback-call.js'
import { toPlain } from '../calls/plain-value.js'
import { scheduleOptions, sendCall } from '../calls/send-call.js'
import { aborted } from '../common/aborted.js'
import type { CallReport } from '../ipc/node-reports.js'
import type { OpenSource } from './open-sources.js'

/** Waits that take longer than this are logged. */
const LONG_WAIT_MS = 2000

export interface CallContext {
  g: Global
  /** Returns the items of a source; they end when the node drains. */
  openSource: OpenSource
  log: Logger
  report: (report: CallReport) => void
  /** Aborts when no new call may begin any more: waits end, running calls and streams continue. */
  draining: AbortSignal
  /** Aborts when calls and streams that still run are to be aborted. */
  leaving: AbortSignal
}

/** Runs one call of the pipeline file: waits for the nodes that it needs, makes it, and reports its result. Never rejects. */
export async function runCall(plan: CallPlan, index: number, context: CallContext): Promise<void> {
  const { modifier } = plan
  try {
    await waitFor(plan, context)
    if (modifier.kind === 'STREAM') {
      const summary = await runStream(plan, modifier, index, context)
      context.report({ type: 'stream', index, summary, error: null })
    } else {
      const value = toPlain(await runWithoutStream(plan, modifier, index, context))
      context.report({ type: 'call', index, value, error: null })
    }
  } catch (thrown) {
    const error = toErrorRecord(thrown instanceof StreamError ? reasonOf(thrown) : thrown)
    if (modifier.kind === 'STREAM') {
      const summary = thrown instanceof StreamError ? thrown.summary : null
      context.report({ type: 'stream', index, summary, error })
    } else context.report({ type: 'call', index, value: null, error })
  }
}

/** The reason why a stream was interrupted, such as a failure of its source; else the error about its receivers itself. */
function reasonOf(error: StreamError): DaffiError {
  return error.cause instanceof DaffiError ? error.cause : error
}

async function waitFor(plan: CallPlan, { g, log, draining: signal }: CallContext): Promise<void> {
  const names = new Set(plan.to === undefined ? plan.waitFor : [...plan.waitFor, plan.to])
  const logged = (what: string, waiting: Promise<void>): Promise<void> => {
    const timer = setTimeout(() => log.info(`${plan.call} waits for ${what}`), LONG_WAIT_MS)
    return waiting.finally(() => clearTimeout(timer))
  }
  await Promise.all([...names].map((name) => logged(name, g.waitProcess(name, { signal }))))
  await logged('a node that offers it', g.waitFunction(plan.call, { signal }))
}

async function runWithoutStream(
  plan: CallPlan,
  modifier: Exclude<ModifierPlan, StreamPlan>,
  index: number,
  context: CallContext,
): Promise<unknown> {
  if (modifier.kind === 'PERIOD') {
    await runPeriod(plan, modifier.schedule, index, context)
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
): Promise<void> {
  const uuid = scheduleId(g.processName, plan.call, index)
  const task = await callbackCall(g, plan.call, plan.args, plan.to).with(
    PERIOD({ uuid, ...scheduleOptions(spec) }),
  )
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

function runStream(plan: CallPlan, modifier: StreamPlan, index: number, context: CallContext) {
  const source = plan.source
  // Without a source, the only argument is the iterable, as in a program.
  const items =
    source === undefined
      ? plan.args[0]
      : context.openSource(source, (event) => context.report({ ...event, index }))
  return callbackCall(context.g, plan.call, [items], plan.to).with(
    plannedStream(modifier, {
      ...(source === undefined ? {} : { source }),
      onProgress: (summary) => context.report({ type: 'progress', index, summary }),
      stopping: context.draining,
      signal: context.leaving,
    }),
  )
}
