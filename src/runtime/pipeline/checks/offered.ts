import { nearest } from '../../core/text/nearest.js'
import type { Path } from '../diagnose/key-path.js'
import { listKnown } from '../diagnose/list-known.js'
import type { CallbackEntry } from '../schema/node.js'
import type { PartialNode } from '../validate/partial-pipeline.js'
import type { CheckContext } from './check-context.js'
import { describeInactive } from '../validate/profiles.js'

/** Names of the callbacks that a node offers; undefined when the schema refuses the list. */
export function namesOffered({ value }: PartialNode): string[] | undefined {
  return value.callbacks?.map(({ name }) => name)
}

/** Path to the name of a callback in the list of a node, where it may be a key. */
export function pathOfCallback({ path }: PartialNode, index: number, { name, options }: CallbackEntry): Path {
  return [...path, 'callbacks', index, ...(options === undefined ? [] : [name])]
}

/** Checks that some node offers the callback. */
export function checkOffered(
  callback: string,
  path: Path,
  { offered, inactive, diagnostics }: CheckContext,
  target: 'key' | 'value' = 'value',
): void {
  if (offered === undefined || offered.has(callback)) return
  const left = inactive.find((node) => namesOffered(node)?.includes(callback))
  const why = left ? describeInactive(left) : listKnown('offered', offered)
  const message = `no node offers ${callback}; ${why}`
  const suggestion = left ? null : nearest(callback, [...offered])
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
  const own = target && namesOffered(target)
  if (!own || own.includes(callback)) return
  const others = pipeline.nodes
    .filter((node) => namesOffered(node)?.includes(callback))
    .map((node) => node.name)
  if (others.length === 0) return
  const message = `${target.name} does not offer ${callback}; ${listKnown('offered by', others)}`
  diagnostics.add({ code: 'DAFFI_UNKNOWN_CALLBACK', message, path })
}
