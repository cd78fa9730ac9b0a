import { nearest } from '../../core/text/nearest.js'
import type { Path } from '../fault.js'
import type { CheckContext } from './context.js'
import { known } from './words.js'

/** A callback that has to be offered by some node. */
export function checkOffered(
  callback: string,
  path: Path,
  { outline, report }: CheckContext,
  part: 'key' | 'value' = 'value',
): void {
  const lists = outline.nodes.map((node) => node.value.callbacks)
  // A list that the schema refuses may have held the name.
  if (lists.includes(undefined)) return
  const offered = [...new Set(lists.flatMap((list) => list ?? []))]
  if (offered.includes(callback)) return
  const message = `no node offers ${callback}; ${known('offered', offered)}`
  const suggestion = nearest(callback, offered)
  report.add({ code: 'DAFFI_UNKNOWN_CALLBACK', message, path, suggestion }, part)
}

/** A callback that is offered, but has to be by this node. */
export function checkOfferedBy(
  name: string,
  callback: string,
  path: Path,
  { outline, names, report }: CheckContext,
): void {
  const target = outline.nodes.find((node) => node.name === names.ownerOf(name))
  if (!target?.value.callbacks || target.value.callbacks.includes(callback)) return
  const others = outline.nodes
    .filter((node) => node.value.callbacks?.includes(callback))
    .map((node) => node.name)
  if (others.length === 0) return
  const message = `${target.name} does not offer ${callback}; ${known('offered by', others)}`
  report.add({ code: 'DAFFI_UNKNOWN_CALLBACK', message, path })
}
