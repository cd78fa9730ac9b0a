import { nearest } from '../../../core/text/nearest.js'
import type { Path } from '../../diagnose/key-path.js'
import { listKnown } from '../../diagnose/list-known.js'
import type { CheckContext } from '../check-context.js'

type Target = 'key' | 'value'

/** Checks that the callback may get a stream. */
export function checkStreamed(
  callback: string,
  path: Path,
  { streamed, diagnostics }: CheckContext,
  target: Target = 'value',
): void {
  if (streamed.has(callback)) return
  const message = `nothing is streamed to ${callback}; ${listKnown('streamed to', streamed)}`
  const suggestion = nearest(callback, [...streamed])
  diagnostics.add({ code: 'DAFFI_UNKNOWN_CALLBACK', message, path, suggestion }, target)
}

/** Checks that the pipeline has the source. */
export function checkSource(
  name: string,
  path: Path,
  { sources, diagnostics }: CheckContext,
  target: Target = 'value',
): void {
  if (sources.has(name)) return
  const message = `the pipeline has no source ${name}; ${listKnown('sources', sources)}`
  const suggestion = nearest(name, [...sources])
  diagnostics.add({ code: 'DAFFI_UNKNOWN_SOURCE', message, path, suggestion }, target)
}
