import type { Path } from '../../diagnose/key-path.js'
import type { PartialTest } from '../../validate/partial-tests.js'
import type { CheckContext } from '../check-context.js'
import { checkNode } from '../nodes.js'
import { checkOffered } from '../offered.js'
import { checkSource, checkStreamed } from './streamed.js'

/** Checks that a fault of a test names what the pipeline has, and that who makes it can tell its moment. */
export function checkFault({ path, value }: PartialTest['faults'][number], context: CheckContext): void {
  const { at, kill, stall, slow } = value
  const stream = [...path, 'at', 'stream']
  if (at) checkStreamed(at.stream, stream, context)
  if (kill !== undefined) checkNode(kill, [...path, 'kill'], context)
  if (slow !== undefined) checkOffered(slow, [...path, 'slow'], context)
  if (stall !== undefined) checkSource(stall, [...path, 'stall'], context)
  if (!at) return
  if (slow !== undefined && slow !== at.stream)
    refuse(`${slow} can only become slow at an item that it gets itself`, stream, context, slow)
  if (stall !== undefined && !isStreamed(stall, at.stream, context))
    refuse(
      `${stall} is not streamed to ${at.stream}: it can only stall at an item of its own`,
      stream,
      context,
    )
}

function refuse(message: string, path: Path, { diagnostics }: CheckContext, suggestion?: string): void {
  diagnostics.add({ code: 'DAFFI_BAD_VALUE', message, path, ...(suggestion !== undefined && { suggestion }) })
}

/** Whether a source, or a view of it, is streamed to the callback. */
function isStreamed(source: string, callback: string, { pipeline }: CheckContext): boolean {
  const views = pipeline.sources.flatMap(({ name, value }) =>
    'view_of' in value && value.view_of === source ? [name] : [],
  )
  const names = [source, ...views]
  return pipeline.calls.some(
    ({ value }) =>
      value.call === callback && typeof value.source === 'string' && names.includes(value.source),
  )
}
