import type { Socket } from 'node:net'
import { KIB, MIB } from '../core/bytes.js'
import { encodeFrame, frameBytes, FrameReader, MAX_FRAME, writeFrame } from './frames.js'

/** Bytes that may wait for a process that reads nothing; then it is spoken to through the server. */
const MAX_WAITING = 64 * MIB
/** Bytes of the memory in which small frames are gathered, and of the largest of them. */
const BLOCK = 64 * KIB
const SMALL = 8 * KIB
/** Bytes of the largest frame of a process that has not proven who it is. */
const MAX_UNPROVEN = 4096

const EMPTY = Buffer.alloc(0)

/** Connection over a Unix socket to another process of this host. Messages arrive in order, or the channel closes. */
export class UnixChannel {
  /** Incarnation of the node at the other end. */
  readonly peer: string
  readonly #socket: Socket
  readonly #listeners = new Set<() => void>()
  /** Memory of which the frames from `#begin` to `#end` are not written yet. What is written is not touched again. */
  #block = EMPTY
  #begin = 0
  #end = 0
  #isClosed = false

  constructor(peer: string, socket: Socket) {
    this.peer = peer
    this.#socket = socket
    socket.once('close', () => {
      this.#isClosed = true
      for (const listener of this.#listeners) this.#tell(listener)
    })
  }

  get isOpen(): boolean {
    return this.#socket.writable
  }

  /**
   * Sends a message. Small ones that are sent in one turn of the event loop are written at once, as each write costs more than
   * the rest. False when the channel is closed.
   */
  send(subject: string, payload: Uint8Array): boolean {
    const socket = this.#socket
    if (!socket.writable) return false
    const bytes = frameBytes(subject, payload)
    if (bytes <= SMALL) this.#gather(subject, payload, bytes)
    else {
      this.flush()
      socket.write(encodeFrame(subject, payload))
    }
    if (socket.writableLength <= MAX_WAITING) return true
    this.close()
    return false
  }

  /** Writes the messages that were sent until now, so that they do not wait for the end of this turn of the event loop. */
  flush(): void {
    if (this.#begin === this.#end || !this.#socket.writable) return
    this.#socket.write(this.#block.subarray(this.#begin, this.#end))
    this.#begin = this.#end
  }

  /** Tells a listener once when the channel has closed, soon if it has already. @returns a function that removes the listener */
  onClose(listener: () => void): () => void {
    this.#listeners.add(listener)
    if (this.#isClosed) process.nextTick(() => this.#tell(listener))
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#socket.destroy()
  }

  #tell(listener: () => void): void {
    if (this.#listeners.delete(listener)) listener()
  }

  #gather(subject: string, payload: Uint8Array, bytes: number): void {
    if (this.#end + bytes > this.#block.length) {
      this.flush()
      // eslint-disable-next-line no-restricted-syntax -- only what was written is sent
      this.#block = Buffer.allocUnsafeSlow(BLOCK)
      this.#begin = this.#end = 0
    }
    if (this.#begin === this.#end) process.nextTick(() => this.flush())
    this.#end = writeFrame(subject, payload, this.#block, this.#end)
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
