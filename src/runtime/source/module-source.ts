import { loadExport } from '../callback/index.js'
import { AbortableWaits, bounded } from '../core/timeout.js'
import { DaffiError } from '../core/errors.js'
import { thrownHead, thrownLine } from '../core/message/error-text.js'
import type { ModulePlan } from '../core/plan/plan.js'
import { AT_ONCE, PromptItems, type Prompt } from '../core/stream/at-once.js'
import { keepRejections } from '../core/stream/promised-items.js'
import { RESUME, type Resumable } from '../core/stream/resumable.js'
import { asError } from '../core/thrown/read-thrown.js'
import { errorPlace } from '../core/thrown/user-frames.js'
import type { SourceContext } from './contract/source-context.js'

/** Time without an item after which a stage that drains has nothing left. */
const PAUSE_MS = 250
/** Time that a closed source has for the item that it was making, and then for its `finally`. */
const LAST_ITEM_MS = 1000
const CLOSE_MS = 4000

/**
 * The items of a module's iterable. An exported function is called with the source's `args` and `{ signal }`, and may
 * be async. An abort ends this at once, even while an item is pending: the module sees the signal, and its iterator's
 * `return()` is called as soon as the iterator accepts it. Only in a stage of a pipeline the iterable is read on after the
 * abort, for as long as it yields without a pause, so that what other nodes have put into its queue is not lost.
 *
 * It can be resumed when the module exports `live = true`, whose items are new ones each time, or a function
 * `resume(position, args, { signal })`.
 */
export function moduleSource(
  plan: ModulePlan,
  context: SourceContext,
): AsyncGenerator<unknown, void> & Resumable {
  const items = guarded((given) => open(plan, context, given), context)
  return Object.assign(items, {
    [RESUME]: async (position: number) => {
      const from = await resumption(plan, context)
      if (from === 'live') return items
      return from && guarded((given) => resumed(from, position, plan, context, given), context)
    },
  })
}

/** Facts about the call of the module's function. */
interface Given {
  /** Whether the source has args for it; undefined when there is no function with parameters. */
  args?: 'none' | 'some'
}

function guarded(
  opened: (given: Given) => Promise<AnyIterable>,
  context: SourceContext,
): AsyncGenerator<unknown, void> & Prompt {
  const { signal, isStage } = context
  const given: Given = {}
  const prompt = new PromptItems()
  const atOnce = (): ReturnType<PromptItems['take']> => {
    if (signal.aborted && !isStage) return undefined
    try {
      return prompt.take()
    } catch (thrown) {
      throw sourceFailed(thrown, context, given)
    }
  }
  const items = itemsOf(() => opened(given), prompt)
  return Object.assign(guardedItems(items, context, given), { [AT_ONCE]: atOnce })
}

async function* guardedItems(
  items: AsyncGenerator<unknown, void>,
  context: SourceContext,
  given: Given,
): AsyncGenerator<unknown, void> {
  const { signal, isStage } = context
  const waits = new AbortableWaits(signal, `source ${context.name}`)
  let pending: Promise<unknown> | undefined
  try {
    while (!signal.aborted || isStage) {
      const next = items.next()
      pending = next
      const item = await nextItem(next, waits, context, given)
      if (item === undefined) return
      pending = undefined
      if (item.done) return
      yield item.value
    }
  } finally {
    waits.close()
    const returned = items.return()
    context.onClosing(closing(pending, returned, context))
    if (!pending) await returned
  }
}

/**
 * Waits until the module's own code is done: for its `finally` for some time, and less for an item that it may wait for without
 * end.
 */
async function closing(
  pending: Promise<unknown> | undefined,
  returned: Promise<unknown>,
  { name, log }: SourceContext,
): Promise<void> {
  const what = `source ${name}`
  const settled = Promise.allSettled([pending])
  try {
    await bounded(settled, { timeoutMs: LAST_ITEM_MS, what })
    await bounded(returned, { timeoutMs: CLOSE_MS, what })
  } catch (thrown) {
    returned.catch(() => undefined)
    const isLate = thrown instanceof DaffiError
    log[isLate ? 'debug' : 'warn'](`source ${name}: while it was closed: ${thrownLine(thrown)}`)
  }
}

async function open(
  plan: ModulePlan,
  { name, signal, load }: SourceContext,
  given: Given,
): Promise<AnyIterable> {
  const exported = await loadExport(plan, load)
  if (isFunction(exported) && exported.length > 0) given.args = plan.args === undefined ? 'none' : 'some'
  const iterable: unknown = isFunction(exported) ? await exported(plan.args, { signal }) : exported
  if (!isIterable(iterable)) throw notIterable(plan, name, isFunction(exported), iterable)
  return iterable
}

async function resumed(
  resume: Resume,
  position: number,
  plan: ModulePlan,
  { name, signal }: SourceContext,
  given: Given,
): Promise<AnyIterable> {
  if (resume.length > 1) given.args = plan.args === undefined ? 'none' : 'some'
  const iterable = await resume(position, plan.args, { signal })
  if (!isIterable(iterable))
    throw badResume(plan, name, `resume returns ${kindOf(iterable)}, not an iterable`)
  return iterable
}

/** The items, of a promise what it leads to. When one rejects, the iterable is closed, which `yield*` would not do. */
async function* itemsOf(
  opened: () => Promise<AnyIterable>,
  prompt: PromptItems,
): AsyncGenerator<unknown, void> {
  const items = await opened()
  keepRejections(items)
  if (Symbol.asyncIterator in items) for await (const item of items) yield item
  else for (const item of prompt.of(items)) yield item
}

/** How the module says that it is resumed: undefined when it begins with its first item again. */
async function resumption(
  plan: ModulePlan,
  { name, load }: SourceContext,
): Promise<'live' | Resume | undefined> {
  const { live = false, resume } = await load(plan.file)
  if (typeof live !== 'boolean') throw badResume(plan, name, `live is ${kindOf(live)}, not true or false`)
  if (resume !== undefined && !isResume(resume))
    throw badResume(plan, name, `resume is ${kindOf(resume)}, not a function`)
  if (live && resume) throw badResume(plan, name, 'live and resume exclude each other')
  return live ? 'live' : resume
}

/** The next item; undefined when aborted before it came, or in a stage not soon after. */
async function nextItem(
  next: Promise<IteratorResult<unknown, void>>,
  waits: AbortableWaits,
  context: SourceContext,
  given: Given,
): Promise<IteratorResult<unknown> | undefined> {
  const { name, signal, isStage } = context
  const what = `source ${name}`
  try {
    return await waits.untilSettled(next)
  } catch (thrown) {
    if (signal.aborted) {
      if (!isStage) return undefined
      return await bounded(next, { timeoutMs: PAUSE_MS, what }).catch(() => undefined)
    }
    throw sourceFailed(thrown, context, given)
  }
}

function sourceFailed(thrown: unknown, { name }: SourceContext, given: Given): DaffiError {
  const cause = asError(thrown)
  if (cause instanceof DaffiError) return cause
  const place = errorPlace(cause)
  const at = place ? `${place.file}:${place.line}: ` : ''
  return new DaffiError('DAFFI_SOURCE_FAILED', `source ${name}: ${at}${thrownHead(cause)}`, {
    cause,
    next: adviceAbout(cause, name, given),
  })
}

/** Advice about an error of the module: one that reads what it was not given throws a TypeError. */
function adviceAbout(error: Error, name: string, { args }: Given): string {
  if (!(error instanceof TypeError) || args === undefined)
    return 'The message has the error of the module, and its place there.'
  return args === 'none'
    ? `Source ${name} has no args, so its function was called with (undefined, { signal }): give the source args, or correct the module.`
    : `Correct the args of source ${name}, with which its function was called, or the module.`
}

function notIterable(plan: ModulePlan, name: string, called: boolean, value: unknown): DaffiError {
  const what = plan.export === 'default' ? 'the default export' : plan.export
  return new DaffiError(
    'DAFFI_SOURCE_NOT_ITERABLE',
    `source ${name}: ${what} of ${plan.file} ${called ? 'returns' : 'is'} ${kindOf(value)}, not an iterable`,
  )
}

function badResume({ file }: ModulePlan, name: string, what: string): DaffiError {
  return new DaffiError('DAFFI_SOURCE_BAD_RESUME', `source ${name}: ${file}: ${what}`)
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value
}

type AnyIterable = Iterable<unknown> | AsyncIterable<unknown>

type Resume = (position: number, args: unknown, context: { signal: AbortSignal }) => unknown

function isResume(value: unknown): value is Resume {
  return typeof value === 'function'
}

type Factory = (args: unknown, context: { signal: AbortSignal }) => unknown

function isFunction(value: unknown): value is Factory {
  return typeof value === 'function'
}

/** Whether a value is an iterable other than text, whose letters are not meant to be streamed. */
function isIterable(value: unknown): value is AnyIterable {
  return (
    typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)
  )
}
