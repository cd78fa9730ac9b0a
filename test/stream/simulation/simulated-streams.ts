import { matches } from './simulated-server.js'
import type { Message } from './simulated-connection.js'

interface Stream {
  config: { name: string; subjects: string[]; max_bytes: number }
  messages: Map<number, Uint8Array>
  bytes: number
  last: number
}

/** Answer to a request; `none` when the request is not for JetStream. */
type Answer = Omit<Message, 'subject'> | 'none' | undefined

const json = (value: object): Answer => ({ data: Buffer.from(JSON.stringify(value)) })
const NOT_FOUND = json({ error: { code: 404, err_code: 10059, description: 'stream not found' } })

/** The streams that a JetStream server keeps in its memory: what lanes use of them. */
export class SimulatedStreams {
  readonly #streams = new Map<string, Stream>()

  get names(): string[] {
    return [...this.#streams.keys()]
  }

  /** Answers a request for JetStream, or stores what is published on a subject of one of its streams. */
  answer({ subject, data }: Message): Answer {
    if (subject === '$SIMULATION.PING') return { data: new Uint8Array() }
    const [, api, kind, what, name = ''] = subject.split('.')
    if (subject.startsWith('$JS.')) {
      const stream = this.#streams.get(name)
      if (api !== 'API') return 'none'
      if (kind === 'DIRECT') return get(stream, data)
      if (what === 'CREATE') return this.#create(data)
      if (!stream) return NOT_FOUND
      if (what === 'DELETE') return json({ success: this.#streams.delete(name) })
      return json({ config: stream.config, state: { messages: stream.messages.size } })
    }
    const tokens = subject.split('.')
    const stream = [...this.#streams.values()].find(({ config }) =>
      config.subjects.some((pattern) => matches(pattern.split('.'), tokens)),
    )
    return stream ? store(stream, data) : 'none'
  }

  #create(data: Uint8Array): Answer {
    const config = JSON.parse(Buffer.from(data).toString()) as Stream['config']
    this.#streams.set(config.name, { config, messages: new Map(), bytes: 0, last: 0 })
    return json({ config, state: { messages: 0 } })
  }
}

/** Discards the oldest messages above the limit, as `discard: old` says. */
function store(stream: Stream, data: Uint8Array): Answer {
  stream.messages.set(++stream.last, data)
  stream.bytes += data.length
  for (const [sequence, { length }] of stream.messages) {
    if (stream.bytes <= stream.config.max_bytes) break
    stream.messages.delete(sequence)
    stream.bytes -= length
  }
  return json({ stream: stream.config.name, seq: stream.last })
}

function get(stream: Stream | undefined, data: Uint8Array): Answer {
  if (!stream) return 'none'
  const { seq } = JSON.parse(Buffer.from(data).toString()) as { seq: number }
  const bytes = stream.messages.get(seq)
  return bytes ? { data: bytes } : { data: new Uint8Array(), code: 404 }
}
