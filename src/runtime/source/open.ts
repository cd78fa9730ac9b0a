import { ITEM_MEMORY, type ItemMemory, type MemoryAware } from '../core/stream/item-memory.js'
import { RESUME, type Resumable } from '../core/stream/resumable.js'
import type { ListPlan, SourcePlan } from '../core/plan/plan.js'
import { videoSource } from './capture/video-source.js'
import type { SourceContext } from './contract/source-context.js'
import { isLive } from './contract/video-plan.js'
import { moduleSource } from './module-source.js'
import { recordedItems } from './recording/read.js'

/**
 * Opens a source at the first `next()`. Video kinds give Frames, the others give any values. Items are made
 * on request, and belong to the receiver; frames are made in memory that the stream loans (`ITEM_MEMORY`), if it does. A live
 * source, and a module that says so, can be resumed (`RESUME`) without giving earlier items again.
 * Leaving the loop or aborting the signal ends ffmpeg or the module's iterator.
 * @throws DaffiError DAFFI_SOURCE_NOT_FOUND, DAFFI_SOURCE_BAD_URL, DAFFI_SOURCE_UNREACHABLE, DAFFI_SOURCE_DENIED,
 *   DAFFI_SOURCE_FAILED, DAFFI_SOURCE_NOT_ITERABLE, DAFFI_SOURCE_BAD_RESUME, DAFFI_MODULE_FAILED, DAFFI_NO_EXPORT, and what `ensureBinary` throws
 */
export function openSource(plan: SourcePlan, context: SourceContext): SourceItems {
  if (plan.kind === 'module') return moduleSource(plan, context)
  if (plan.kind === 'recording') return recordedItems(plan, context)
  if (plan.kind === 'list') return listedItems(plan, context)
  const memory: ItemMemory = {}
  const items: SourceItems & MemoryAware = Object.assign(videoSource(plan, context, memory), {
    [ITEM_MEMORY]: memory,
  })
  if (isLive(plan)) items[RESUME] = () => items
  return items
}

// eslint-disable-next-line @typescript-eslint/require-await -- a list has nothing to wait for
async function* listedItems({ items }: ListPlan, { signal }: SourceContext): AsyncGenerator<unknown, void> {
  for (const item of items) {
    if (signal.aborted) return
    yield item
  }
}

/** Items of a source. */
export type SourceItems = AsyncGenerator<unknown, void> & Resumable
