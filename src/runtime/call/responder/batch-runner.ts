import { DaffiError } from '../../core/errors.js'
import type { Origin } from '../../core/stream/origin.js'
import { originOf, type Grouping, type GroupItem, type TakeResult } from '../../stream/index.js'
import { runInContext, type Invocation } from '../api/context.js'
import type { OfferedCallback } from '../invoke/registry.js'
import { isYielding } from '../invoke/yielding.js'
import type { IncomingOrder } from './incoming-order.js'
import { durableItem } from './item-runner.js'
import { count } from '../../core/text/count.js'

/**
 * Runs a callback that has the option `batch` with the items of a group as an array, and streams the results on where they are
 * wanted, each as that of its item.
 * @param source name of the stream's source
 * @param makeInvocation called at the first batch
 * @param order told of the items, where the results are put in order
 * @returns a function that gives the grouping; undefined while the callback gets one item at a time
 */
export function batchRunner(
  offered: OfferedCallback,
  source: string | null,
  makeInvocation: () => Invocation,
  order: IncomingOrder,
): () => Grouping | undefined {
  let stream: Invocation | undefined
  const deliver: Grouping['deliver'] = async (group) => {
    const origins = group.map(({ chunk, index }) => originOf(chunk, index, source))
    return await order.deliverGroup(origins, async () => await run(group, origins))
  }
  const run = async (group: readonly GroupItem[], origins: readonly Origin[]): Promise<TakeResult> => {
    stream ??= makeInvocation()
    const { callback, gate, stage, tracer } = offered
    const invocation = batchInvocation(stream, group, origins)
    const values = group.map(({ value }) => value)
    const invoke = async (): Promise<unknown> => {
      const { fn } = callback
      return await fn(values)
    }
    const take = (): unknown => gate.pass(invocation, (gated) => runInContext(gated, invoke), values)
    const returned = await (tracer ? tracer.received(callback.name, invocation, take) : take())
    if (!stage?.isOpen) return () => undefined
    const results = resultsIn(returned, group.length, callback.name)
    return (at) => {
      const [item, origin] = [group[at], origins[at]]
      if (!item || !origin) return undefined
      const durable = durableItem(item.chunk, item.index)
      return stage.take(results[at], { origin, durable, given: 0 }, invocation.abort)
    }
  }
  return () => {
    const { batch } = offered.callback.options
    return batch && { ...batch, deliver }
  }
}

function batchInvocation(
  { callback, from, log, g, abort }: Invocation,
  group: readonly GroupItem[],
  origins: readonly Origin[],
): Invocation {
  const redelivered = group.some(({ chunk }) => chunk.redelivered)
  return { callback, from, log, g, abort, redelivered, origin: undefined, origins, state: undefined }
}

/**
 * The results of a batch, one for each item.
 * @throws DaffiError DAFFI_BATCH_RESULTS
 */
function resultsIn(returned: unknown, items: number, callback: string): readonly unknown[] {
  if (Array.isArray(returned) && returned.length === items && !returned.some(isYielding)) return returned
  const what = Array.isArray(returned)
    ? returned.length === items
      ? 'an array with a generator in it'
      : `an array of ${returned.length}`
    : returned === undefined
      ? 'nothing'
      : 'no array'
  throw new DaffiError(
    'DAFFI_BATCH_RESULTS',
    `"${callback}" got ${count(items, 'item')} and returned ${what}`,
  )
}
