import { createHash } from 'node:crypto'
import { PERIOD, STREAM, type Global } from '../../call/index.js'
import { DaffiError, messageOf, toErrorRecord } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { CallPlan, ModifierPlan, StreamPlan } from '../../core/plan.js'
import type { ScheduleSpec } from '../../core/schedule.js'
import type { SourceEvent } from '../../source/index.js'
import { StreamError } from '../../stream/index.js'
import { aborted } from '../common/aborted.js'
import { address } from '../calls/callback-call.js'
import type { CallReport } from '../ipc/messages.js'
import { toPlain } from '../calls/plain-value.js'
import { scheduleOptions, sendPlain } from '../calls/send-call.js'
import { streamOptions } from '../calls/stream-options.js'

type PlainPlan = Exclude<ModifierPlan, StreamPlan>

/** A wait that takes longer is worth a line. */
const LONG_WAIT_MS = 2000

export interface CallContext {
  g: Global
  /** The items of a source; they end when the node drains. */
  items: (source: string, onEvent: (event: SourceEvent) => void) => AsyncIterable<unknown>
  log: Logger
  report: (report: CallReport) => void
  /** Aborts when no new call may begin: waits end, running calls and streams go on. */
  draining: AbortSignal
  /** Aborts when nothing is waited for any longer. */
  leaving: AbortSignal
}

/** Runs one call of the pipeline file, from waiting for whom it needs to reporting what it came to. Never rejects. */
export async function runCall(plan: CallPlan, index: number, context: CallContext): Promise<void> {
  const { modifier } = plan
  try {
    await waitFor(plan, context)
    if (modifier.kind === 'STREAM') {
      const summary = await runStream(plan, modifier, index, context)
      context.report({ type: 'stream', index, summary, error: null })
    } else {
      const value = toPlain(await runPlain(plan, modifier, index, context))
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

/** What broke the stream off, such as its source; else that of its receivers some did not get to the end. */
function reasonOf(error: StreamError): DaffiError {
  return error.cause instanceof DaffiError ? error.cause : error
}

async function waitFor(plan: CallPlan, { g, log, draining: signal }: CallContext): Promise<void> {
  const names = new Set(plan.to === undefined ? plan.waitFor : [...plan.waitFor, plan.to])
  const patiently = (what: string, waiting: Promise<void>): Promise<void> => {
    const timer = setTimeout(() => log.info(`${plan.call} waits for ${what}`), LONG_WAIT_MS)
    return waiting.finally(() => clearTimeout(timer))
  }
  await Promise.all([...names].map((name) => patiently(name, g.waitProcess(name, { signal }))))
  await patiently('a node that offers it', g.waitFunction(plan.call, { signal }))
}

async function runPlain(
  plan: CallPlan,
  modifier: PlainPlan,
  index: number,
  context: CallContext,
): Promise<unknown> {
  if (modifier.kind === 'PERIOD') {
    await runPeriod(plan, modifier.schedule, index, context)
    return null
  }
  const { g, leaving: signal } = context
  return await sendPlain(address(g, plan.call, plan.args, plan.to), modifier, signal)
}

/** Schedules the call for as long as this run of the pipeline lasts, over restarts of the node that it has. */
async function runPeriod(
  plan: CallPlan,
  spec: ScheduleSpec,
  index: number,
  { g, log, draining }: CallContext,
): Promise<void> {
  const uuid = scheduleId(g.processName, plan.call, index)
  const task = await address(g, plan.call, plan.args, plan.to).with(
    PERIOD({ uuid, ...scheduleOptions(spec) }),
  )
  await aborted(draining)
  await task
    .cancel()
    .catch((error: unknown) => log.warn(`the schedule of ${plan.call} stays: ${messageOf(error)}`))
}

/** The same for the same call of the file, so that a node that comes back has one schedule and not two. */
function scheduleId(node: string, call: string, index: number): string {
  const hash = createHash('sha256').update(`${node} ${call} ${index}`).digest('hex')
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}

function runStream(plan: CallPlan, modifier: StreamPlan, index: number, context: CallContext) {
  const source = plan.source
  // Without a source the one argument is the iterable, as in a program.
  const items =
    source === undefined
      ? plan.args[0]
      : context.items(source, (event) => context.report({ ...event, index }))
  return address(context.g, plan.call, [items], plan.to).with(
    STREAM({
      ...streamOptions(modifier),
      ...(source === undefined ? {} : { source }),
      onProgress: (summary) => context.report({ type: 'progress', index, summary }),
      stopping: context.draining,
      signal: context.leaving,
    }),
  )
}
