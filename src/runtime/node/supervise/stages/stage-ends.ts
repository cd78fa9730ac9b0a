import type { Plan } from '../../../core/plan/plan.js'

/** Call of a node, by its position in the node's list. */
export interface CallPlace {
  node: string
  index: number
}

/** A call that streams, with the callback whose results it streams, if it does. */
interface StreamingCall extends CallPlace {
  resultsOf: string | undefined
  to: string | undefined
}

/** Calls that stream results, each with the streams whose items those are made of. */
export type StageEnds = (CallPlace & { feeders: readonly CallPlace[] })[]

/**
 * Finds for each call that streams results the streams with whose end nothing more comes to it: those to the callback on that
 * node. Where results go in a circle, the streams that come back do not count, if there are others.
 */
export function stageEnds({ nodes }: Pick<Plan, 'nodes'>): StageEnds {
  const streams = new Map<string, StreamingCall[]>()
  const next = new Map<string, Set<string>>()
  for (const { name: node, calls } of Object.values(nodes))
    for (const [index, { call, to, resultsOf, modifier }] of calls.entries()) {
      if (modifier.kind !== 'STREAM') continue
      listIn(streams, call).push({ node, index, resultsOf, to })
      if (resultsOf !== undefined) next.set(resultsOf, (next.get(resultsOf) ?? new Set()).add(call))
    }
  const behind = new Map([...next.keys()].map((callback) => [callback, reachable(callback, next)]))
  return Object.values(nodes).flatMap(({ name: node, calls }) =>
    calls.flatMap(({ resultsOf }, index) => {
      if (resultsOf === undefined) return []
      const all = (streams.get(resultsOf) ?? []).filter(({ to }) => to === undefined || to === node)
      const comesBack = (feeder: StreamingCall): boolean =>
        feeder.resultsOf !== undefined && behind.get(resultsOf)?.has(feeder.resultsOf) === true
      const first = all.filter((feeder) => !comesBack(feeder))
      return [{ node, index, feeders: first.length > 0 ? first : all }]
    }),
  )
}

/** Finds the calls that stream results, and to whose callbacks all streams have ended. */
export function endedStages(ends: StageEnds, hasSettled: (stream: CallPlace) => boolean): CallPlace[] {
  return ends.filter(({ feeders }) => feeders.length > 0 && feeders.every(hasSettled))
}

/** Callbacks to which results of a callback come, itself included. */
function reachable(callback: string, next: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const found = new Set([callback])
  for (const each of found) for (const other of next.get(each) ?? []) found.add(other)
  return found
}

function listIn<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}
