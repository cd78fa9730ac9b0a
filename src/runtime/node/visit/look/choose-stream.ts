import { DaffiError } from '../../../core/errors.js'
import { nearest } from '../../../core/text/nearest.js'
import type { StreamView } from '../../../view/index.js'

type Named = Pick<StreamView, 'name' | 'id' | 'source' | 'call' | 'resultsOf' | 'as' | 'from'>

/**
 * The stream that a name stands for: its own name or id, else its source, its callback or that whose results it is, alone or
 * behind the name of the node that writes it.
 * @throws DaffiError DAFFI_NO_STREAM when there is none, or several could be meant
 */
export function chooseStream<S extends Named>(pipeline: string, streams: readonly S[], name: string): S {
  const exact = streams.find((stream) => stream.name === name || stream.id === name)
  const found = exact ? [exact] : streams.filter((stream) => namesOf(stream).includes(name))
  const [only, ...others] = found
  if (!only) throw unknownStream(pipeline, streams, name)
  if (others.length === 0) return only
  const list = found.map((stream) => `${stream.name}: ${describeStream(stream)}`)
  throw new DaffiError('DAFFI_NO_STREAM', `${found.length} streams could be ${name}:\n${list.join('\n')}`, {
    next: `Name one of them: ${found.map((stream) => stream.name).join(' or ')}.`,
  })
}

/** Describes what flows in a stream, and where to. */
export function describeStream({ source, resultsOf, call, as, from }: Named): string {
  const what = source ?? (resultsOf === null ? 'items' : `results of ${resultsOf}`)
  return `${what} from ${from} to ${call}${as === null ? '' : ` as ${as}`}`
}

function namesOf({ source, call, resultsOf, from }: Named): string[] {
  const plain = [source, call, resultsOf].filter((each) => each !== null)
  return [...plain, ...plain.map((each) => `${from}.${each}`)]
}

function unknownStream(pipeline: string, streams: readonly Named[], name: string): DaffiError {
  if (streams.length === 0)
    return new DaffiError('DAFFI_NO_STREAM', `${pipeline} has no stream at present`, {
      next: 'daffi top shows its nodes, and daffi logs what they say.',
    })
  const suggestion = nearest(name, [...new Set(streams.flatMap((each) => [each.name, ...namesOf(each)]))])
  const names = streams.map((stream) => stream.name).join(', ')
  return new DaffiError('DAFFI_NO_STREAM', `${pipeline} has no stream ${name}; it has ${names}`, {
    next: suggestion === undefined ? `Use one of: ${names}.` : `Did you mean ${suggestion}?`,
  })
}
