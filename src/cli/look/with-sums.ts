import { nodeAndNumber } from '../../runtime/core/names.js'
import type { StageLook, StreamView } from '../../runtime/index.js'

type Receiver = StreamView['receivers'][number]

/** Receivers of a stream, those of one node together, with the sum of them before them. */
export function receiversWithSums(receivers: readonly Receiver[]): Receiver[] {
  return withSums(receivers, {
    groupOf: ({ name }) => nodeAndNumber(name).node,
    nodeOf: ({ name }) => name,
    sum: (same, first, name) => ({
      ...first,
      ...totals(same, ['rate', 'lag', 'dropped', 'failed', 'lost']),
      name,
      state: same.every(({ state }) => state === first.state) ? first.state : 'attached',
      // There is no median of medians.
      latencyMs: null,
    }),
  })
}

/** Stages, those of one callback and node together, with the sum of them before them. */
export function stagesWithSums(stages: readonly StageLook[]): StageLook[] {
  return withSums(stages, {
    groupOf: ({ node, callback }) => `${nodeAndNumber(node).node}.${callback}`,
    nodeOf: ({ node }) => node,
    sum: (same, first, node) => ({
      ...first,
      ...totals(same, ['inRate', 'outRate', 'filtered', 'failed']),
      node,
    }),
  })
}

interface Summing<T> {
  /** Key of the things that are summed. */
  groupOf: (thing: T) => string
  /** The node of a thing, by the name of its process. */
  nodeOf: (thing: T) => string
  /** @param name of all of them */
  sum: (things: readonly T[], first: T, name: string) => T
}

function withSums<T>(things: readonly T[], { groupOf, nodeOf, sum }: Summing<T>): T[] {
  const groups = new Map<string, T[]>()
  for (const thing of things) {
    const group = groupOf(thing)
    groups.set(group, [...(groups.get(group) ?? []), thing])
  }
  return [...groups.values()].flatMap((same) => {
    const [first] = same
    if (!first || same.length === 1) return same
    const name = `${nodeAndNumber(nodeOf(first)).node} (${same.length})`
    const numberOf = (thing: T): number => nodeAndNumber(nodeOf(thing)).number
    return [sum(same, first, name), ...same.sort((a, b) => numberOf(a) - numberOf(b))]
  })
}

function totals<K extends string>(
  things: readonly Record<K, number>[],
  keys: readonly K[],
): Record<K, number> {
  const sums = keys.map((key) => [key, things.reduce((sum, thing) => sum + thing[key], 0)])
  return Object.fromEntries(sums) as Record<K, number>
}
