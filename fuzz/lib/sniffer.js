import { decode } from './messagepack.js'

const STATES = 8

/** Watches what the pipeline itself sends: examples of valid messages, and the ids that are in use. */
export class Sniffer {
  /** Latest message of each kind; incarnations by the names of their nodes. */
  seen = new Map([
    ['streams', { transient: [], durable: [] }],
    ['states', []],
  ])

  constructor(nc, pipeline) {
    const bucket = `$KV.daffi_${pipeline}_state.`
    nc.subscribe(`${bucket}tally.key.>`, {
      callback: (_error, { subject }) => this.#onState(subject.slice(bucket.length)),
    })
    nc.subscribe(`daffi.${pipeline}.>`, {
      callback: (_error, { subject, data, headers }) => {
        const [, , kind, id, what] = subject.split('.')
        try {
          if (kind === 'presence' && id === 'hello') this.#onHello(JSON.parse(Buffer.from(data).toString()))
          else if (kind === 'stream') this.#onStream(id, what, data, headers)
        } catch {
          // Sent by the fuzzer itself.
        }
      },
    })
  }

  /** Keys of states of callbacks that are shared by key, which nobody can guess. */
  #onState(key) {
    const states = this.seen.get('states')
    if (states.length < STATES && !states.includes(key)) states.push(key)
  }

  #onHello(hello) {
    if (hello.name === 'ghost') return
    this.seen.set('hello', hello)
  }

  #onStream(id, what, data, headers) {
    if (id.startsWith('ghost')) return
    const header = headers?.get('Daffi-Durable')
    if (what === 'durable') {
      const value = JSON.parse(header)
      if (value.what) this.seen.set('durable', value)
      return
    }
    if (this.frozen) return
    const value = decode(data)
    const { transient, durable } = this.seen.get('streams')
    if (what === 'open') {
      const list = value.durable ? durable : transient
      if (!list.includes(id)) list.push(id)
      this.seen.set(value.durable ? 'durableOpen' : 'open', value)
    } else if (what === 'progress') this.seen.set(value.reader ? 'durableProgress' : 'progress', value)
    else if (what === 'chunk' && value[0]?.what === 'part') this.seen.set('part', value[0])
  }

  /** Keeps the examples as they are: from now on others send as well. */
  freeze() {
    this.frozen = true
  }
}
