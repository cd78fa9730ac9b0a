import { DaffiError } from '../core/errors.js'
import { MIB } from '../core/bytes.js'

/** Length of the rest of the frame, and of its subject. */
const HEAD_BYTES = 6
/** Bytes of the longest subject: names, and a call's headers. */
const MAX_SUBJECT = 4096
/** Bytes of the largest frame, which is more than the server takes as one message. */
export const MAX_FRAME = 64 * MIB

/** Bytes of the frame of a message. */
export const frameBytes = (subject: string, payload: Uint8Array): number =>
  HEAD_BYTES + subject.length + payload.length

/**
 * Writes a message as one frame into memory that has room for it: `u32` length of what follows, `u16` length of the subject, subject,
 * payload; little-endian. @returns where it ends
 */
export function writeFrame(subject: string, payload: Uint8Array, to: Buffer, at: number): number {
  to.writeUInt32LE(HEAD_BYTES + subject.length + payload.length - 4, at)
  to.writeUInt16LE(subject.length, at + 4)
  to.write(subject, at + HEAD_BYTES, 'latin1')
  to.set(payload, at + HEAD_BYTES + subject.length)
  return at + HEAD_BYTES + subject.length + payload.length
}

/** Encodes a message as one frame. */
export function encodeFrame(subject: string, payload: Uint8Array): Buffer {
  // eslint-disable-next-line no-restricted-syntax -- all of it is written
  const frame = Buffer.allocUnsafeSlow(frameBytes(subject, payload))
  writeFrame(subject, payload, frame, 0)
  return frame
}

/** Cuts the bytes of a connection into frames. */
export class FrameReader {
  readonly #onFrame: (subject: string, payload: Buffer) => void
  readonly #limit: () => number
  #chunks: Buffer[] = []
  #bytes = 0
  /** Bytes of the frame that is on its way, as far as they are known. */
  #needed = HEAD_BYTES

  /** @param limit gives the bytes that a frame may have now */
  constructor(limit: () => number, onFrame: (subject: string, payload: Buffer) => void) {
    this.#limit = limit
    this.#onFrame = onFrame
  }

  /** @throws DaffiError DAFFI_BAD_MESSAGE when the bytes are no frames; then no others can be found */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes < this.#needed) return
    const bytes = this.#chunks.length > 1 ? Buffer.concat(this.#chunks, this.#bytes) : chunk
    let at = 0
    let needed = neededOf(bytes, at, this.#limit())
    while (bytes.length - at >= needed) {
      const subjectEnd = at + HEAD_BYTES + bytes.readUInt16LE(at + 4)
      this.#onFrame(
        bytes.toString('latin1', at + HEAD_BYTES, subjectEnd),
        bytes.subarray(subjectEnd, at + needed),
      )
      at += needed
      needed = neededOf(bytes, at, this.#limit())
    }
    this.#chunks = at < bytes.length ? [bytes.subarray(at)] : []
    this.#bytes = bytes.length - at
    this.#needed = needed
  }
}

/** Bytes of the frame that begins there; those of its head while that is not complete. */
function neededOf(bytes: Buffer, at: number, limit: number): number {
  if (bytes.length - at < HEAD_BYTES) return HEAD_BYTES
  const needed = bytes.readUInt32LE(at) + 4
  const subject = bytes.readUInt16LE(at + 4)
  if (needed > limit || subject > MAX_SUBJECT || needed < HEAD_BYTES + subject)
    throw new DaffiError('DAFFI_BAD_MESSAGE', 'it is no frame of a Unix channel')
  return needed
}
