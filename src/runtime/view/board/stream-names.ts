import type { StreamSummary } from '../../core/summary.js'

type Origin = Pick<StreamSummary, 'source' | 'call' | 'from'>

/** The shortest names that tell streams apart: the source or callback; with the node before it; with the callback behind it. */
export function streamNames(streams: readonly Origin[]): string[] {
  const forms = [
    ({ source, call }: Origin) => source ?? call,
    ({ source, call, from }: Origin) => `${from}.${source ?? call}`,
    ({ source, call, from }: Origin) => `${from}.${source ?? 'items'}.${call}`,
  ]
  return streams.map((stream, index) => {
    const form = forms.find((each) => streams.filter((other) => each(other) === each(stream)).length === 1)
    return form ? form(stream) : `${stream.from}.${stream.source ?? 'items'}.${stream.call}.${index + 1}`
  })
}
