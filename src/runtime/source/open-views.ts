import { isVideo, type SourcePlans } from '../core/plan/plan.js'
import { readName, readPlan } from '../core/plan/views.js'
import type { ItemMemory } from '../core/stream/item-memory.js'
import { DaffiError } from '../core/errors.js'
import { viewSource } from './capture/view-source.js'
import type { Output, OutputFrame } from './contract/output.js'
import type { SourceContext } from './contract/source-context.js'
import type { VideoPlan } from './contract/video-plan.js'

/**
 * Opens a source for several of its outputs, itself and its views, at the first `next()`; ends as `openSource` does.
 * @param outputs their names, each with what its stream loans for its frames
 * @throws DaffiError DAFFI_BAD_VIEW, and what `openSource` throws
 */
export function openViews(
  sources: SourcePlans,
  outputs: ReadonlyMap<string, ItemMemory>,
  context: SourceContext,
): AsyncGenerator<OutputFrame, void> {
  const [first = ''] = outputs.keys()
  const plan = readPlan(sources, first)
  if (!plan || !isVideo(plan))
    throw new DaffiError(
      'DAFFI_BAD_VIEW',
      `${first} is a view of ${readName(sources, first)}, which is no video`,
    )
  const all = [...outputs].map(([name, memory]) => outputOf(sources, { name, memory }, plan))
  return viewSource(plan, all, { ...context, name: readName(sources, first) })
}

function outputOf(sources: SourcePlans, output: Pick<Output, 'name' | 'memory'>, source: VideoPlan): Output {
  const view = sources[output.name]
  const { size, format } = source
  if (view?.kind !== 'view') return { ...output, size, format, fps: undefined }
  return { ...output, size: view.size ?? size, format: view.format ?? format, fps: view.fps }
}
