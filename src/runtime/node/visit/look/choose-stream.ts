import { DaffiError } from '../../../core/errors.js'
import { nearest } from '../../../core/text/nearest.js'
import { longName, type NodeView, type StreamView } from '../../../view/index.js'

type Named = Pick<StreamView, 'name' | 'id' | 'source' | 'call' | 'resultsOf' | 'as' | 'to' | 'from'>

/**
 * The streams that a name may stand for: the one with this name or id, else those with this source, callback or callback whose results
 * they are, alone or behind the name of the node that writes them, or all that tells calls apart, as the viewer may name them.
 */
export function streamsNamed<S extends Named>(streams: readonly S[], name: string): S[] {
  const exact = streams.find((stream) => stream.name === name || stream.id === name)
  return exact ? [exact] : streams.filter((stream) => namesOf(stream).includes(name))
}

/**
 * The one stream among those that a name may stand for.
 * @throws DaffiError DAFFI_NO_STREAM when there are several
 */
export function onlyStream<S extends Named>(found: readonly S[], name: string): S {
  const [only, ...others] = found
  if (only && others.length === 0) return only
  const list = found.map((stream) => `${stream.name}: ${describe(stream)}`)
  throw new DaffiError('DAFFI_NO_STREAM', `${found.length} streams could be ${name}:\n${list.join('\n')}`, {
    next: `Name one of them: ${found.map((stream) => stream.name).join(' or ')}.`,
  })
}

/** The error of a name that no stream has. */
export function unknownStream(
  pipeline: string,
  { streams, nodes }: { streams: readonly Named[]; nodes: readonly Pick<NodeView, 'name' | 'state'>[] },
  name: string,
): DaffiError {
  const away = nodes.filter(({ state }) => state !== 'ready').map((node) => `; ${node.name} is ${node.state}`)
  if (streams.length === 0)
    return new DaffiError('DAFFI_NO_STREAM', `${pipeline} has no stream at present${away.join('')}`, {
      next: 'daffi top shows its nodes, and daffi logs what they say.',
    })
  const suggestion = nearest(name, [...new Set(streams.flatMap((each) => [each.name, ...namesOf(each)]))])
  const names = streams.map((stream) => stream.name).join(', ')
  const message = `${pipeline} has no stream ${name}; it has ${names}${away.join('')}`
  return new DaffiError('DAFFI_NO_STREAM', message, {
    next: suggestion === undefined ? `Use one of: ${names}.` : `Did you mean ${suggestion}?`,
  })
}

function describe({ source, resultsOf, call, as, to, from }: Named): string {
  const what = source ?? (resultsOf === null ? 'items' : `results of ${resultsOf}`)
  return `${what} from ${from} to ${call}${as === null ? '' : ` as ${as}`}${to === null ? '' : ` of ${to}`}`
}

function namesOf({ source, call, resultsOf, to, from }: Named): string[] {
  const plain = [source, call, resultsOf].filter((each) => each !== null)
  const whole = { from, items: source ?? resultsOf, call }
  const long = to === null ? [longName(whole)] : [longName(whole), longName({ ...whole, to })]
  return [...plain, ...plain.map((each) => `${from}.${each}`), ...long]
}
