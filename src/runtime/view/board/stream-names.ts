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
  return streams.map((stream, index) => {
    const form = forms.find((each) => streams.filter((other) => each(other) === each(stream)).length === 1)
    return form ? form(stream) : `${stream.from}.${stream.source ?? 'items'}.${stream.call}.${index + 1}`
  })
}
