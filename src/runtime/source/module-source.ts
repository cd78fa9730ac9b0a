import { errorLocation, loadExport } from '../callback/index.js'
import { bounded } from '../core/timeout.js'
import { DaffiError, messageOf } from '../core/errors.js'
import type { ModulePlan } from '../core/plan/plan.js'
import type { SourceContext } from './contract/source-context.js'

/** Time without an item after which a stage that drains has nothing left. */
const PAUSE_MS = 250

/**
 * The items of a module's iterable. An exported function is called with the source's `args` and `{ signal }`, and may
 * be async. An abort ends this at once, even while an item is pending: the module sees the signal, and its iterator's
 * `return()` is called as soon as the iterator accepts it. Only in a stage of a pipeline the iterable is read on after the
 * abort, for as long as it yields without a pause, so that what other nodes have put into its queue is not lost.
 */
export async function* moduleSource(plan: ModulePlan, context: SourceContext): AsyncGenerator<unknown, void> {
  const items = open(plan, context)
  let isPending = false
  try {
    while (!context.signal.aborted || context.isStage) {
      isPending = true
      const next = await nextItem(items, context)
      if (next === undefined || next.done) return
      isPending = false
      yield next.value
    }
  } finally {
    const returned = items.return()
    if (!isPending) await returned
    else returned.catch((error: unknown) => context.log.debug(`source ${context.name}: ${messageOf(error)}`))
  }
}

async function* open(plan: ModulePlan, { name, signal, load }: SourceContext): AsyncGenerator<unknown, void> {
  const exported = await loadExport(plan, load)
  const iterable: unknown = isFunction(exported) ? await exported(plan.args, { signal }) : exported
  if (!isIterable(iterable)) throw notIterable(plan, name, isFunction(exported), iterable)
  yield* iterable
}

/** The next item; undefined when aborted before it came, or in a stage not soon after. */
async function nextItem(
  items: AsyncGenerator<unknown, void>,
  { name, signal, isStage }: SourceContext,
): Promise<IteratorResult<unknown> | undefined> {
  const next = items.next()
  const what = `source ${name}`
  try {
    return await bounded(next, { signal, what })
  } catch (error) {
    if (signal.aborted) {
      if (!isStage) return undefined
      return await bounded(next, { timeoutMs: PAUSE_MS, what }).catch(() => undefined)
    }
    if (error instanceof DaffiError) throw error
    const location = errorLocation(error)
    const at = location ? `${location.file}:${location.line}: ` : ''
    throw new DaffiError('DAFFI_SOURCE_FAILED', `source ${name}: ${at}${messageOf(error)}`, { cause: error })
  }
}

function notIterable(plan: ModulePlan, name: string, called: boolean, value: unknown): DaffiError {
  const what = plan.export === 'default' ? 'the default export' : plan.export
  const kind = value === null ? 'null' : typeof value
  return new DaffiError(
    'DAFFI_SOURCE_NOT_ITERABLE',
    `source ${name}: ${what} of ${plan.file} ${called ? 'returns' : 'is'} ${kind}, not an iterable`,
  )
}

type Factory = (args: unknown, context: { signal: AbortSignal }) => unknown

function isFunction(value: unknown): value is Factory {
  return typeof value === 'function'
}

/** Whether a value is an iterable other than text, whose letters are not meant to be streamed. */
function isIterable(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  return (
    typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)
  )
}
