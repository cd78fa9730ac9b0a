import type { ReceiverView, StreamView } from './snapshot.js'

type Stream = Pick<StreamView, 'from' | 'call' | 'resultsOf' | 'receivers'>

/** The way of items through the stages of a pipeline: which streams are made of which. */
export class Lineage<S extends Stream> {
  /** Streams to a callback of a node. */
  readonly #into = new Map<string, S[]>()
  /** Callbacks of nodes whose results are streamed. */
  readonly #stages = new Set<string>()

  constructor(streams: readonly S[]) {
    for (const stream of streams) {
      if (stream.resultsOf !== null) this.#stages.add(keyOf(stream.from, stream.resultsOf))
      for (const { name } of stream.receivers) {
        const key = keyOf(name, stream.call)
        const into = this.#into.get(key)
        if (into) into.push(stream)
        else this.#into.set(key, [stream])
      }
    }
  }

  /** A stream, and those of whose items its own are made, the nearest ones first. */
  upstream(stream: S): S[] {
    const found = new Set([stream])
    // A set gives what is added while it is iterated over, too.
    for (const { resultsOf, from } of found) {
      if (resultsOf === null) continue
      for (const each of this.#into.get(keyOf(from, resultsOf)) ?? []) found.add(each)
    }
    return [...found]
  }

  /** Whether what a receiver makes of a stream's items goes no further. */
  endsAt({ call }: S, { name }: Pick<ReceiverView, 'name'>): boolean {
    return !this.#stages.has(keyOf(name, call))
  }
}

const keyOf = (node: string, callback: string): string => `${node} ${callback}`

/** Names of the sources from which items of some streams come; null is a program's own. */
export function sourcesOf(streams: readonly Pick<StreamView, 'source' | 'resultsOf'>[]): (string | null)[] {
  return [...new Set(streams.filter(({ resultsOf }) => resultsOf === null).map(({ source }) => source))]
}
