import { ITEM_MEMORY, type ItemMemory, type MemoryAware } from '../core/stream/item-memory.js'
import type { SourcePlan } from '../core/plan/plan.js'
import { videoSource } from './capture/video-source.js'
import type { SourceContext } from './contract/source-context.js'
import { moduleSource } from './module-source.js'
import { recordedItems } from './recording/read.js'

/**
 * Opens a source at the first `next()`. Video kinds give Frames, a module or a recording gives any values. Items are made
 * on request, and belong to the receiver; frames are made in memory that the stream loans (`ITEM_MEMORY`), if it does.
 * Leaving the loop or aborting the signal ends ffmpeg or the module's iterator.
 * @throws DaffiError DAFFI_SOURCE_NOT_FOUND, DAFFI_SOURCE_BAD_URL, DAFFI_SOURCE_FAILED, DAFFI_SOURCE_NOT_ITERABLE,
 *   DAFFI_MODULE_FAILED, DAFFI_NO_EXPORT, and what `ensureBinary` throws
 */
export function openSource(plan: SourcePlan, context: SourceContext): AsyncGenerator<unknown, void> {
  if (plan.kind === 'module') return moduleSource(plan, context)
  if (plan.kind === 'recording') return recordedItems(plan, context)
  const memory: ItemMemory = {}
  return Object.assign(videoSource(plan, context, memory), { [ITEM_MEMORY]: memory } satisfies MemoryAware)
}
