import { isVideo, type SourcePlans } from '../core/plan/plan.js'
import { readName, readPlan } from '../core/plan/views.js'
import { DaffiError } from '../core/errors.js'
import { viewSource } from './capture/view-source.js'
import type { Output, OutputFrame } from './contract/output.js'
import type { SourceContext } from './contract/source-context.js'
import type { VideoPlan } from './contract/video-plan.js'

/**
 * Opens a source for several of its outputs, itself and its views, at the first `next()`; ends as `openSource` does.
 * @param names of the outputs
 * @throws DaffiError DAFFI_BAD_VIEW, and what `openSource` throws
 */
export function openViews(
  sources: SourcePlans,
  names: readonly string[],
  context: SourceContext,
): AsyncGenerator<OutputFrame, void> {
  const [first = ''] = names
  const plan = readPlan(sources, first)
  if (!plan || !isVideo(plan))
    throw new DaffiError(
      'DAFFI_BAD_VIEW',
      `${first} is a view of ${readName(sources, first)}, which is no video`,
    )
  const outputs = names.map((name) => outputOf(sources, name, plan))
  return viewSource(plan, outputs, { ...context, name: readName(sources, first) })
}

function outputOf(sources: SourcePlans, name: string, source: VideoPlan): Output {
  const view = sources[name]
  const { size, format } = source
  if (view?.kind !== 'view') return { name, size, format, fps: undefined }
  return { name, size: view.size ?? size, format: view.format ?? format, fps: view.fps }
}
