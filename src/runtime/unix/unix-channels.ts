import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { deferred } from '../core/deferred.js'
import { messageOf } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import { BadMessages, passingOver } from '../core/message/bad-messages.js'
import { isName, mapOf } from '../core/message/forms.js'
import { parseJson } from '../core/message/parse-json.js'
import { RecentMap } from '../core/recent-map.js'
import { bounded } from '../core/timeout.js'
import { encodeFrame } from './frames.js'
import { UnixChannel, readFrames } from './unix-channel.js'
import {
  isOurSocket,
  makeSocketFolder,
  removeSocket,
  removeStaleSockets,
  socketPath,
} from './socket-folder.js'

/** Where a node listens for the others of its host, as its record says. */
export interface SocketAddress {
  path: string
  /** Random text that only members of the pipeline know: who says it is one. */
  nonce: string
}

/** First message in both directions. */
interface Hello {
  /** Incarnation of its sender. */
  from: string
  /** The listener's nonce, from the one who connects. */
  nonce: string
}

/** Listener for the messages of a subject. @param rest what stands behind its first space */
export type OnUnixMessage = (payload: Buffer, channel: UnixChannel, rest: string) => unknown

const HELLO = 'hello'
/** Answer to a message whose subject nobody listens to. */
const NOBODY = 'nobody'
/** Time in which the other end has to prove who it is. */
const HELLO_MS = 2000
/** Time in which the others read what was sent last. */
const END_MS = 500
/** Connections that have not proven who they are. */
const MAX_UNPROVEN = 64
/** Processes to which no channel could be opened. */
const MAX_UNREACHABLE = 1000
/** Time after which it is tried again. */
const RETRY_MS = 10_000

const isHello = mapOf<Hello>({ from: isName, nonce: isName })

/** Channels of this node to other processes of its host, and the socket on which it listens for theirs. */
export class UnixChannels {
  readonly address: SocketAddress
  readonly #self: string
  readonly #log: Logger
  readonly #bad: BadMessages
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #channels = new Map<string, UnixChannel>()
  readonly #opening = new Map<string, Promise<UnixChannel | undefined>>()
  readonly #unreachable = new RecentMap<string, number>(MAX_UNREACHABLE)
  readonly #listeners = new Map<string, OnUnixMessage>()
  readonly #nobody = new Map<string, () => void>()
  readonly #closed = new Set<(channel: UnixChannel) => void>()
  #unproven = 0
  #isClosed = false

  private constructor(self: string, path: string, log: Logger) {
    this.address = { path, nonce: randomBytes(24).toString('base64url') }
    this.#self = self
    this.#log = log
    this.#bad = new BadMessages(log)
    this.#server = createServer((socket) => void this.#onConnection(socket)).unref()
  }

  /** Begins to listen; undefined where that is not possible, such as on Windows, or without a folder of this user's own. */
  static async open(self: string, log: Logger): Promise<UnixChannels | undefined> {
    const path = socketPath(self)
    if (path === undefined) return undefined
    const channels = new UnixChannels(self, path, log)
    try {
      await removeStaleSockets()
      await channels.#listen()
      return channels
    } catch (error) {
      log.debug(`no Unix channels: ${messageOf(error)}`)
      await channels.close()
      return undefined
    }
  }

  /**
   * Gives the channel to a node, and opens it if there is none.
   * @param address undefined when the node has said none
   * @returns undefined where there is none: on another host, in another container, of another user
   */
  to(peer: string, address: SocketAddress | undefined): Promise<UnixChannel | undefined> {
    const channel = this.find(peer)
    if (channel || !address || this.#isClosed) return Promise.resolve(channel)
    if (performance.now() < (this.#unreachable.get(peer) ?? -Infinity)) return Promise.resolve(undefined)
    let opening = this.#opening.get(peer)
    if (!opening) {
      opening = this.#connect(peer, address)
        .catch((error: unknown) => {
          this.#unreachable.set(peer, performance.now() + RETRY_MS)
          this.#log.debug(`no Unix channel to ${peer}: ${messageOf(error)}`)
          return undefined
        })
        .finally(() => this.#opening.delete(peer))
      this.#opening.set(peer, opening)
    }
    return opening
  }

  /** Gives the channel to a node, if it is open. */
  find(peer: string): UnixChannel | undefined {
    const channel = this.#channels.get(peer)
    return channel?.isOpen ? channel : undefined
  }

  /** Listens to a subject, up to its first space, which has one listener. @returns a function that removes it */
  on(subject: string, listener: OnUnixMessage): () => void {
    const take = passingOver(listener, (reason, _payload, _channel, rest) =>
      this.#bad.tell(rest === '' ? subject : `${subject} ${rest}`, reason),
    )
    this.#listeners.set(subject, take)
    return () => {
      if (this.#listeners.get(subject) === take) this.#listeners.delete(subject)
    }
  }

  /** Listens to answers that nobody listens to a subject at the other end. @returns a function that removes the listener */
  onNobody(subject: string, listener: () => void): () => void {
    this.#nobody.set(subject, listener)
    return () => {
      if (this.#nobody.get(subject) === listener) this.#nobody.delete(subject)
    }
  }

  /** Listens to the end of every channel, by which a killed process is noticed at once, whatever the channel was used for. */
  onClosed(listener: (channel: UnixChannel) => void): void {
    this.#closed.add(listener)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    // What was sent last, such as the answers of a node that leaves, is written yet.
    for (const socket of this.#sockets) socket.destroySoon()
    const destroy = setTimeout(() => this.#sockets.forEach((socket) => socket.destroy()), END_MS)
    if (this.#server.listening) {
      this.#server.close()
      await once(this.#server, 'close')
    }
    clearTimeout(destroy)
    await removeSocket(this.address.path)
  }

  async #listen(): Promise<void> {
    const { path } = this.address
    for (let attempt = 0; ; attempt++) {
      await makeSocketFolder(path)
      this.#server.listen(path)
      try {
        await once(this.#server, 'listening')
        return
      } catch (error) {
        // Another process has just removed the folder, since its own socket was the last one.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt > 10) throw error
      }
    }
  }

  async #connect(peer: string, { path, nonce }: SocketAddress): Promise<UnixChannel> {
    if (!(await isOurSocket(path))) throw new Error(`${path} is no socket of this user`)
    if (this.#isClosed) throw new Error('this node has left')
    const socket = createConnection(path)
    this.#own(socket)
    const channel = this.#prove(socket, (hello) => hello.from === peer)
    sendHello(socket, { from: this.#self, nonce })
    return bounded(channel, { timeoutMs: HELLO_MS, what: path }).catch((error: unknown) => {
      socket.destroy()
      throw error
    })
  }

  async #onConnection(socket: Socket): Promise<void> {
    this.#own(socket)
    if (this.#unproven >= MAX_UNPROVEN) {
      socket.destroy()
      return
    }
    this.#unproven++
    try {
      const proven = this.#prove(socket, ({ nonce }) => {
        const isMember = isSame(nonce, this.address.nonce)
        if (isMember) sendHello(socket, { from: this.#self, nonce })
        return isMember
      })
      await bounded(proven, { timeoutMs: HELLO_MS, what: 'proof' })
    } catch {
      socket.destroy()
    } finally {
      this.#unproven--
    }
  }

  /** Keeps a socket until it is closed. It holds no process. */
  #own(socket: Socket): void {
    socket.unref()
    socket.on('error', (error) => this.#log.debug(`Unix channel: ${error.message}`))
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }

  /** Reads a socket: first the hello of the other end, by which it is proven, then messages. */
  #prove(socket: Socket, isProof: (hello: Hello) => boolean): Promise<UnixChannel> {
    const proven = deferred<UnixChannel>()
    let channel: UnixChannel | undefined
    const onFrame = (subject: string, payload: Buffer): void => {
      if (channel) {
        this.#dispatch(subject, payload, channel)
        return
      }
      const hello = subject === HELLO ? parseJson(payload) : undefined
      if (!isHello(hello) || !isProof(hello)) throw new Error('the other end is no member of the pipeline')
      channel = new UnixChannel(hello.from, socket)
      this.#add(channel)
      proven.resolve(channel)
    }
    readFrames(socket, () => channel !== undefined, onFrame)
    socket.once('close', () => proven.reject(new Error('the other end has closed the socket')))
    return proven.promise
  }

  #add(channel: UnixChannel): void {
    const { peer } = channel
    if (!this.find(peer)) this.#channels.set(peer, channel)
    channel.onClose(() => {
      if (this.#channels.get(peer) === channel) this.#channels.delete(peer)
      for (const listener of this.#closed) listener(channel)
    })
  }

  #dispatch(subject: string, payload: Buffer, channel: UnixChannel): void {
    const space = subject.indexOf(' ')
    const listener = this.#listeners.get(space < 0 ? subject : subject.slice(0, space))
    if (!listener) {
      if (subject === NOBODY) this.#nobody.get(payload.toString('latin1'))?.()
      else channel.send(NOBODY, Buffer.from(subject, 'latin1'))
      return
    }
    listener(payload, channel, space < 0 ? '' : subject.slice(space + 1))
  }
}

function sendHello(socket: Socket, hello: Hello): void {
  socket.write(encodeFrame(HELLO, Buffer.from(JSON.stringify(hello))))
}

function isSame(given: string, own: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(own)]
  return one.length === other.length && timingSafeEqual(one, other)
}
