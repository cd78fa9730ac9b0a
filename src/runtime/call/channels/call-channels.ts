import { setMaxListeners } from 'node:events'
import type { MsgHdrs } from '@nats-io/transport-node'
import { sleep } from '../../core/timer.js'
import type { SocketAddress, UnixChannel, UnixChannels } from '../../unix/index.js'
import { CallChannel, REQUEST, RESPONSE, type IncomingRequest, type OnRequest } from './call-channel.js'
import { readHead, readRefusal, type ChannelResponse, type Refusal } from './head.js'

/**
 * Pauses after which the kernel is asked whether the process at the end of a closed channel lives: one that was killed may be
 * about to end.
 */
const LOOKS_MS = [2, 20, 100, 0]
/** The same, when those who wait have been told already. */
const LATE_LOOKS_MS = [400, 2000, 0]
const EMPTY = new Uint8Array()

/** A member of the pipeline to which there may be a channel. */
interface Member {
  name: string
  incarnation: string
  socket?: SocketAddress | undefined
}

interface CallChannelsOptions {
  unix: UnixChannels
  peers: {
    get: (name: string) => Member | undefined
    find: (incarnation: string) => Member | undefined
    /** Whether an incarnation is a member still, after the kernel was asked. */
    checkProcess: (incarnation: string) => boolean
  }
}

/** Sender of requests, who waits for their responses. */
export interface Caller {
  onResponse: (id: string, response: ChannelResponse, channel: CallChannel) => void
  onOpened: () => void
  /** Called when a channel has closed. @param isMember whether the other node is still taken for a member of the pipeline */
  onClosed: (channel: CallChannel, isMember: boolean) => void
}

/** Requests and responses of calls between nodes of one host, over Unix channels. */
export class CallChannels {
  readonly #options: CallChannelsOptions
  readonly #channels = new Map<UnixChannel, CallChannel>()
  readonly #listeners = new Map<string, OnRequest>()
  #caller: Caller | undefined
  readonly #over = new AbortController()

  constructor(options: CallChannelsOptions) {
    this.#options = options
    setMaxListeners(0, this.#over.signal)
    options.unix.onClosed((channel) => void this.#onClosed(channel))
    options.unix.on(REQUEST, (data, channel, head) => this.#onRequest(head, data, channel))
    options.unix.on(RESPONSE, (data, channel, head) => {
      const { words, headers } = readHead(head)
      const [id, word] = words
      const known = this.#channels.get(channel)
      const response = { refusal: readRefusal(word), headers, data }
      if (known && !known.answered(id, response)) this.#caller?.onResponse(id, response, known)
    })
  }

  /** Gives the channel to a node. If there is none, begins to open one, which nobody waits for. */
  to({ incarnation, socket }: Member): CallChannel | undefined {
    const { unix } = this.#options
    const channel = unix.find(incarnation)
    if (channel) return this.#of(channel)
    if (socket) void unix.to(incarnation, socket).then((opened) => opened && this.#caller?.onOpened())
    return undefined
  }

  /** Gives the channel to the node of a name, if there is one. */
  find(node: string): CallChannel | undefined {
    const member = this.#options.peers.get(node)
    return member && this.to(member)
  }

  /** Listens to requests whose subjects begin with a token. @returns a function that removes the listener */
  listen(token: string, listener: OnRequest): () => void {
    this.#listeners.set(token, listener)
    return () => void this.#listeners.delete(token)
  }

  /** Sets who is told of the responses to requests. */
  follow(caller: Caller): void {
    this.#caller = caller
  }

  /** Ends, since this node leaves: channels that close now do so because of that. */
  end(): void {
    this.#over.abort()
  }

  #of(channel: UnixChannel): CallChannel {
    let known = this.#channels.get(channel)
    if (!known) {
      known = new CallChannel(channel)
      this.#channels.set(channel, known)
    }
    return known
  }

  /** Finds out whether the other node lives, as all who know it want to be told, and tells the caller. */
  async #onClosed(channel: UnixChannel): Promise<void> {
    const closed = this.#channels.get(channel)
    this.#channels.delete(channel)
    const isMember = await this.#looks(channel.peer, LOOKS_MS)
    if (this.#over.signal.aborted) return
    if (closed) this.#caller?.onClosed(closed, isMember)
    // On a busy machine a process that is killed closes its sockets some time before the kernel calls it dead.
    if (isMember) await this.#looks(channel.peer, LATE_LOOKS_MS)
  }

  /** Looks whether a node is a member still, until it is none, and pauses after each look. */
  async #looks(peer: string, pausesMs: readonly number[]): Promise<boolean> {
    const { signal } = this.#over
    for (const pauseMs of pausesMs) {
      if (signal.aborted || !this.#options.peers.checkProcess(peer)) return false
      await sleep(pauseMs, signal).catch(() => undefined)
    }
    return true
  }

  #onRequest(head: string, data: Buffer, unixChannel: UnixChannel): unknown {
    const { words, headers } = readHead(head)
    const [subject, id] = words
    const channel = this.#of(unixChannel)
    const from = this.#options.peers.find(unixChannel.peer)?.name
    const dot = subject.indexOf('.')
    const listener =
      dot < 0
        ? (channel.listener(subject) ?? this.#listeners.get(subject))
        : this.#listeners.get(subject.slice(0, dot))
    const respond = (response: Uint8Array = EMPTY, options?: { headers?: MsgHdrs }): void => {
      if (id !== undefined) channel.respond(id, response, options?.headers)
    }
    const refuse = (why: Refusal): void => {
      if (id !== undefined) channel.respond(`${id} ${why}`, EMPTY)
    }
    if (!listener || from === undefined) {
      refuse('absent')
      return undefined
    }
    const request: IncomingRequest = { subject, data, id, from, channel, respond, refuse }
    if (headers) request.headers = headers
    if (id !== undefined) request.reply = id
    return listener(request)
  }
}
