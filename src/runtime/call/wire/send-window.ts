import type { NatsConnection } from '@nats-io/transport-node'
import { KIB, MIB } from '../../core/bytes.js'
import { Wakeup } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import { isNoResponders } from '../../nats/index.js'
import type { CallChannels } from '../channels/call-channels.js'
import { NodeWindows, type ByteWindow } from './byte-window.js'
import { subjects } from './subjects.js'

/**
 * Bytes that may be on their way to one node. The server cuts a connection off for which 64 MB wait, so 30 nodes at a
 * time can send to a node that stands still.
 */
const WINDOW_BYTES = 2 * MIB
/** Bytes of one message beside its payload, roughly. */
const MESSAGE_BYTES = 256
/** Subject of the question over a channel. */
export const RUNNING = 'running'
/** Time after which a node is asked again. */
export const ANSWER_MS = 2000

/** Largest value that is sent in a message; a larger one is fetched in parts by its receiver. */
export const INLINE_BYTES = 128 * KIB

/** The part of the table of peers that tells who is there. */
export interface KnownNodes {
  get(name: string): unknown
  onLeave(listener: (node: { name: string }) => void): () => void
}

interface SendWindowOptions {
  nc: NatsConnection
  channels: CallChannels | undefined
  pipeline: string
  peers: KnownNodes
}

/**
 * Bounds the messages that are on their way to each node, so that the server cuts nobody off as a slow consumer. Their
 * receivers send no receipts: once half a window is used, or a message finds no room, the node is asked a question, and as it
 * gets messages in order, its answer shows that it has had all before. No message is larger than half a window.
 */
export class SendWindow {
  /** Is notified when there may be room again. */
  readonly changed = new Wakeup()
  readonly #options: SendWindowOptions
  readonly #windows = new NodeWindows(WINDOW_BYTES, this.changed)
  readonly #asking = new Set<ByteWindow>()

  constructor(options: SendWindowOptions) {
    this.#options = options
    options.peers.onLeave(({ name }) => this.#windows.forget(name))
  }

  hasRoom(node: string, payload: Uint8Array): boolean {
    const window = this.#windows.of(node)
    const hasRoom = window.hasRoom(payload.length + MESSAGE_BYTES)
    if (!hasRoom) this.#startAsking(node, window)
    return hasRoom
  }

  /** Adds a message once there is room. Call `published` after it was published. @returns a promise when it must wait */
  enter(node: string, payload: Uint8Array): Promise<void> | undefined {
    const window = this.#windows.of(node)
    const waiting = window.enter(payload.length + MESSAGE_BYTES)
    if (waiting) this.#startAsking(node, window)
    return waiting
  }

  /** Adds a message without waiting. */
  add(node: string, payload: Uint8Array): void {
    this.#windows.of(node).add(payload.length + MESSAGE_BYTES)
  }

  published(node: string): void {
    const window = this.#windows.of(node)
    if (window.used > WINDOW_BYTES / 2) this.#startAsking(node, window)
  }

  #startAsking(node: string, window: ByteWindow): void {
    if (!this.#asking.has(window)) void this.#ask(node, window)
  }

  async #ask(node: string, window: ByteWindow): Promise<void> {
    this.#asking.add(window)
    do {
      const { used } = window
      await this.#answer(node)
      window.remove(used)
    } while (window.used > WINDOW_BYTES / 2)
    this.#asking.delete(window)
  }

  /** Resolves when the node has had all messages, or will not get them any more. */
  async #answer(node: string): Promise<void> {
    const { nc, channels, pipeline, peers } = this.#options
    let channel = channels?.find(node)
    for (;;) {
      try {
        if (channel) await channel.ask(RUNNING, '', { timeoutMs: ANSWER_MS })
        else await nc.request(subjects.running(pipeline, node), '', { timeout: ANSWER_MS })
        return
      } catch (error) {
        // Only one that is busy is asked once more.
        if (!(error instanceof DaffiError && error.code === 'DAFFI_TIMEOUT')) channel = undefined
        if (isNoResponders(error) || nc.isClosed() || peers.get(node) === undefined) return
      }
    }
  }
}
