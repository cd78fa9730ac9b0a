import type { StreamSummary } from '../../core/plan/summary.js'

/** The call that writes a stream. Streams of the same call, one after another, have the same origin. */
export type StreamOrigin = Pick<StreamSummary, 'source' | 'call' | 'from'>

/**
 * Finds the shortest unique name of each stream: the source or callback; with the node before it; with the callback after it;
 * with a number after that.
 */
export function streamNames(streams: readonly StreamOrigin[]): string[] {
  const forms = [
    ({ source, call }: StreamOrigin) => source ?? call,
    ({ source, call, from }: StreamOrigin) => `${from}.${source ?? call}`,
    ({ source, call, from }: StreamOrigin) => `${from}.${source ?? 'items'}.${call}`,
  ]
  const counted = forms.map((form) => ({ form, counts: countsOf(streams.map(form)) }))
  return streams.map((stream, index) => {
    const unique = counted.find(({ form, counts }) => counts.get(form(stream)) === 1)
    return unique
      ? unique.form(stream)
      : `${stream.from}.${stream.source ?? 'items'}.${stream.call}.${index + 1}`
  })
}

function countsOf(texts: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}
