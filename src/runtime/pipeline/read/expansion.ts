import { isAlias, isMap, isSeq, type Alias } from 'yaml'
import type { PipelineDocument } from './document.js'

/** Values that aliases and merge keys may add to a file; a few lines of YAML can otherwise expand to gigabytes. */
const MAX_ADDED = 10_000

/** The alias with which a document expands to too many values; undefined when none does. No alias may contain itself. */
export function aliasTooLarge(document: PipelineDocument): Alias | undefined {
  /** Number of values in each value that has an anchor; an alias comes after its anchor. */
  const sizes = new Map<unknown, number>()
  let added = 0
  let tooLarge: Alias | undefined
  const sizeOf = (node: unknown): number => {
    if (isAlias(node)) {
      const size = sizes.get(document.targetOf(node)) ?? 1
      added += size
      if (added > MAX_ADDED) tooLarge ??= node
      return size
    }
    const parts = isMap(node) ? node.items.map(({ value }) => value) : isSeq(node) ? node.items : []
    const size = parts.reduce<number>((sum, part) => sum + sizeOf(part), 1)
    sizes.set(node, size)
    return size
  }
  sizeOf(document.yaml.contents)
  return tooLarge
}
