import { originKey, callOrigin } from '../../core/plan/call-origin.js'
import type { Plan } from '../../core/plan/plan.js'
import type { StreamSummary } from '../../core/plan/summary.js'
import { ranked } from './ranks.js'

/** The call that writes a stream. Streams of the same call, one after another, have the same origin. */
export type StreamOrigin = Pick<StreamSummary, 'source' | 'results_of' | 'as' | 'to' | 'call' | 'from'>

/**
 * Finds the shortest unique name of each stream: the source or callback; with the node before it; with that of which the items
 * are before the callback; with the only node that gets them behind it. Those of the same origin have a number besides, from the
 * second one on.
 */
export function streamNames(streams: readonly StreamOrigin[]): string[] {
  const forms = [
    ({ source, call }: StreamOrigin) => source ?? call,
    ({ source, call, from }: StreamOrigin) => `${from}.${source ?? call}`,
    ({ to: _, ...stream }: StreamOrigin) => wholeName(stream),
  ]
  const counted = forms.map((form) => ({ form, counts: countsOf(streams.map(form)) }))
  return ranked(streams, wholeName).map(({ thing: stream, rank }) => {
    const unique = counted.find(({ form, counts }) => counts.get(form(stream)) === 1)
    return unique ? unique.form(stream) : numbered(wholeName(stream), rank)
  })
}

/**
 * Names of streams that stay the same, whatever else begins to stream: those of calls of the pipeline file are the shortest ones of
 * all calls in it, and others have all that tells them apart.
 */
export class StreamNames {
  /** Names of calls of the same origin, in the order of the file. */
  readonly #planned = new Map<string, string[]>()

  constructor(plan: Pick<Plan, 'nodes'>) {
    const calls = plannedStreams(plan)
    for (const [index, name] of streamNames(calls).entries()) {
      const origin = calls[index]
      if (!origin) continue
      const key = originKey(origin.from, origin)
      this.#planned.set(key, [...(this.#planned.get(key) ?? []), name])
    }
  }

  /** @param rank position among the streams of the same origin, from 0 */
  of(origin: StreamOrigin, rank: number): string {
    const planned = this.#planned.get(originKey(origin.from, origin))?.[rank]
    return planned ?? numbered(wholeName(origin), rank)
  }
}

/** The calls of a pipeline file that stream. */
export function plannedStreams({ nodes }: Pick<Plan, 'nodes'>): StreamOrigin[] {
  return Object.values(nodes).flatMap(({ name: from, calls }) =>
    calls.filter(({ modifier }) => modifier.kind === 'STREAM').map((call) => ({ from, ...callOrigin(call) })),
  )
}

const wholeName = ({ from, source, results_of: resultsOf, call, to }: StreamOrigin): string =>
  longName({ from, items: source ?? resultsOf, call, to })

/** Name of a stream by its writer, what its items are, its callback, and its only receiver if it has one. */
export function longName({ from, items, call, to }: LongName): string {
  return [from, items ?? 'items', call, ...(to === undefined ? [] : [to])].join('.')
}

interface LongName {
  from: string
  /** Name of the source, or of the callback whose results they are. */
  items: string | null | undefined
  call: string
  to?: string | undefined
}

const numbered = (name: string, rank: number): string => (rank === 0 ? name : `${name}~${rank + 1}`)

function countsOf(texts: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}
