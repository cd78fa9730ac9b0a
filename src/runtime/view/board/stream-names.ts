import type { StreamSummary } from '../../core/plan/summary.js'

/** The call that writes a stream. Streams of the same call, one after another, have the same origin. */
export type StreamOrigin = Pick<StreamSummary, 'source' | 'results_of' | 'as' | 'call' | 'from'>

/**
 * Finds the shortest unique name of each stream: the source or callback; with the node before it; with that of which the items
 * are before the callback; with a number after that.
 */
export function streamNames(streams: readonly StreamOrigin[]): string[] {
  const forms = [
    ({ source, call }: StreamOrigin) => source ?? call,
    ({ source, call, from }: StreamOrigin) => `${from}.${source ?? call}`,
    (stream: StreamOrigin) => `${stream.from}.${itemsOf(stream)}.${stream.call}`,
  ]
  const counted = forms.map((form) => ({ form, counts: countsOf(streams.map(form)) }))
  return streams.map((stream, index) => {
    const unique = counted.find(({ form, counts }) => counts.get(form(stream)) === 1)
    return unique ? unique.form(stream) : `${stream.from}.${itemsOf(stream)}.${stream.call}.${index + 1}`
  })
}

const itemsOf = ({ source, results_of: resultsOf }: StreamOrigin): string => source ?? resultsOf ?? 'items'

function countsOf(texts: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}
