import { headers, type MsgHdrs } from '@nats-io/transport-node'
import type { Message } from './simulated-connection.js'
import { matches } from './subjects.js'

interface Stored {
  subject: string
  data: Uint8Array
}

interface Stream {
  config: { name: string; subjects: string[]; max_bytes?: number; max_msgs_per_subject?: number }
  messages: Map<number, Stored>
  bytes: number
  last: number
}

/** Answer to a request: `none` when the request is not for JetStream. */
type Answer = Omit<Message, 'subject'> | 'none'

const json = (value: object): Answer => ({ data: Buffer.from(JSON.stringify(value)) })
const failure = (code: number, err_code: number, description: string): Answer =>
  json({ error: { code, err_code, description } })
const NO_STREAM = failure(404, 10059, 'stream not found')
const EXPECTED = 'Nats-Expected-Last-Subject-Sequence'

/** The streams that a JetStream server keeps in its memory: what lanes and the bucket of names use of them. */
export class SimulatedStreams {
  readonly #streams = new Map<string, Stream>()

  get names(): string[] {
    return [...this.#streams.keys()]
  }

  /** Answers a request for JetStream, or stores what is published on a subject of one of its streams. */
  answer({ subject, data, headers: given }: Message): Answer {
    const tokens = subject.split('.')
    const [first, , kind, what, name = ''] = tokens
    if (first !== '$JS') {
      const stream = this.#streamOf(tokens)
      return stream ? store(stream, { subject, data }, given) : 'none'
    }
    if (kind === 'INFO') return json({})
    if (what === 'MSG') return message(this.#streams.get(tokens[5] ?? ''), data)
    const stream = this.#streams.get(name)
    if (kind === 'DIRECT') return get(stream, tokens.slice(5).join('.'), data)
    if (what === 'CREATE') return this.#create(data)
    if (!stream) return NO_STREAM
    if (what === 'DELETE') return json({ success: this.#streams.delete(name) })
    return what === 'PURGE' ? purge(stream, data) : info(stream, data)
  }

  /** What was published last on a subject that is stored. */
  latest(subject: string): Uint8Array | undefined {
    const stream = this.#streamOf(subject.split('.'))
    const sequence = stream && latestOf(stream, subject)
    return sequence === undefined ? undefined : stream?.messages.get(sequence)?.data
  }

  #streamOf(tokens: string[]): Stream | undefined {
    return [...this.#streams.values()].find(({ config }) =>
      config.subjects.some((pattern) => matches(pattern.split('.'), tokens)),
    )
  }

  #create(data: Uint8Array): Answer {
    const config = parse(data) as Stream['config']
    const known = this.#streams.get(config.name)
    const stream = known ?? { config, messages: new Map<number, Stored>(), bytes: 0, last: 0 }
    this.#streams.set(config.name, stream)
    return info(stream, new Uint8Array())
  }
}

const parse = (data: Uint8Array): unknown =>
  data.length === 0 ? {} : JSON.parse(Buffer.from(data).toString())

function info({ config, messages }: Stream, data: Uint8Array): Answer {
  const { subjects_filter: filter } = parse(data) as { subjects_filter?: string }
  const subjects: Record<string, number> = {}
  for (const { subject } of filter === undefined ? [] : messages.values())
    if (matches(filter?.split('.') ?? [], subject.split('.'))) subjects[subject] = 1
  return json({ config, state: { messages: messages.size, subjects } })
}

function purge(stream: Stream, data: Uint8Array): Answer {
  const { filter, seq } = parse(data) as { filter: string; seq: number }
  for (const [sequence, { subject }] of stream.messages)
    if (sequence < seq && subject === filter) stream.messages.delete(sequence)
  return json({ success: true, purged: 1 })
}

/** Stores a message, unless another one was stored on its subject since its publisher looked. */
function store(stream: Stream, message: Stored, given: MsgHdrs | undefined): Answer {
  const { config, messages } = stream
  const isKept = config.max_msgs_per_subject !== undefined && config.max_msgs_per_subject > 0
  const earlier = isKept ? latestOf(stream, message.subject) : undefined
  const expected = given?.get(EXPECTED)
  if (expected && Number(expected) !== (earlier ?? 0)) return failure(400, 10071, 'wrong last sequence')
  if (earlier !== undefined) messages.delete(earlier)
  messages.set(++stream.last, message)
  discardOldest(stream, message.data.length)
  return json({ stream: config.name, seq: stream.last })
}

function discardOldest(stream: Stream, added: number): void {
  const { max_bytes: given = 0 } = stream.config
  // A bucket has -1, for no limit.
  const limit = given > 0 ? given : Infinity
  stream.bytes += added
  for (const [sequence, { data }] of stream.messages) {
    if (stream.bytes <= limit) break
    stream.messages.delete(sequence)
    stream.bytes -= data.length
  }
}

const latestOf = ({ messages }: Stream, subject: string): number | undefined =>
  [...messages].findLast(([, message]) => message.subject === subject)?.[0]

/** The latest message on a subject. */
function message(stream: Stream | undefined, data: Uint8Array): Answer {
  if (!stream) return NO_STREAM
  const { last_by_subj: subject } = parse(data) as { last_by_subj: string }
  const seq = latestOf(stream, subject)
  const stored = seq === undefined ? undefined : stream.messages.get(seq)
  if (!stored) return failure(404, 10037, 'no message found')
  const time = new Date(0).toISOString()
  return json({ message: { subject, seq, data: Buffer.from(stored.data).toString('base64'), time } })
}

/** A direct get: of a sequence, or of the latest message on a subject. */
function get(stream: Stream | undefined, subject: string, data: Uint8Array): Answer {
  if (!stream) return 'none'
  const sequence = subject === '' ? (parse(data) as { seq: number }).seq : latestOf(stream, subject)
  const message = sequence === undefined ? undefined : stream.messages.get(sequence)
  if (!message) return { data: new Uint8Array(), headers: headers(404, 'Message Not Found') }
  const found = headers()
  found.set('Nats-Stream', stream.config.name)
  found.set('Nats-Subject', message.subject)
  found.set('Nats-Sequence', String(sequence))
  found.set('Nats-Time-Stamp', new Date(0).toISOString())
  return { data: message.data, headers: found }
}
