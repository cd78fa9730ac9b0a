import type { Socket } from 'node:net'
import { MIB } from '../core/bytes.js'
import { encodeFrame, FrameReader, MAX_FRAME } from './frames.js'

/** Bytes that may wait for a process that reads nothing; then it is spoken to through the server. */
const MAX_WAITING = 64 * MIB
/** Bytes of the largest frame of a process that has not proven who it is. */
const MAX_UNPROVEN = 4096

/** Connection over a Unix socket to another process of this host. Messages arrive in order, or the channel closes. */
export class UnixChannel {
  /** Incarnation of the node at the other end. */
  readonly peer: string
  readonly #socket: Socket
  readonly #listeners = new Set<() => void>()

  constructor(peer: string, socket: Socket) {
    this.peer = peer
    this.#socket = socket
    socket.once('close', () => {
      for (const listener of this.#listeners) listener()
    })
  }

  get isOpen(): boolean {
    return this.#socket.writable
  }

  /** Sends a message. False when the channel is closed. */
  send(subject: string, payload: Uint8Array): boolean {
    const socket = this.#socket
    if (!socket.writable) return false
    socket.write(encodeFrame(subject, payload))
    if (socket.writableLength <= MAX_WAITING) return true
    this.close()
    return false
  }

  /** @returns a function that removes the listener */
  onClose(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#socket.destroy()
  }
}

/**
 * Reads the frames of a socket; one that sends something else is closed. Bytes that have come with the last frame are read too.
 * @param isProven whether the other end has proven who it is: until then its frames are small
 */
export function readFrames(
  socket: Socket,
  isProven: () => boolean,
  onFrame: (subject: string, payload: Buffer) => void,
): void {
  const reader = new FrameReader(() => (isProven() ? MAX_FRAME : MAX_UNPROVEN), onFrame)
  socket.on('data', (chunk: Buffer) => {
    try {
      reader.push(chunk)
    } catch {
      socket.destroy()
    }
  })
}
