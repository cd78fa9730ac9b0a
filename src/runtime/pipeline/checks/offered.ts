import { nearest } from '../../core/text/nearest.js'
import type { Path } from '../diagnose/key-path.js'
import { listKnown } from '../diagnose/list-known.js'
import type { CheckContext } from './check-context.js'

/** Checks that some node offers the callback. */
export function checkOffered(
  callback: string,
  path: Path,
  { offered, diagnostics }: CheckContext,
  target: 'key' | 'value' = 'value',
): void {
  if (offered === undefined || offered.has(callback)) return
  const message = `no node offers ${callback}; ${listKnown('offered', offered)}`
  const suggestion = nearest(callback, [...offered])
  diagnostics.add({ code: 'DAFFI_UNKNOWN_CALLBACK', message, path, suggestion }, target)
}

/** Checks that this node offers the callback; silent when no node does, which `checkOffered` reports. */
export function checkOfferedBy(
  name: string,
  callback: string,
  path: Path,
  { pipeline, names, offered, diagnostics }: CheckContext,
): void {
  if (offered && !offered.has(callback)) return
  const target = pipeline.nodes[pipeline.nodeIndex.get(names.ownerOf(name) ?? '') ?? -1]
  if (!target?.value.callbacks || target.value.callbacks.includes(callback)) return
  const others = pipeline.nodes
    .filter((node) => node.value.callbacks?.includes(callback))
    .map((node) => node.name)
  if (others.length === 0) return
  const message = `${target.name} does not offer ${callback}; ${listKnown('offered by', others)}`
  diagnostics.add({ code: 'DAFFI_UNKNOWN_CALLBACK', message, path })
}
