import { KIB } from '../../../core/bytes.js'
import { HeldBytes } from '../../contract/held-bytes.js'
import { NetworkFailure } from '../network-failure.js'
import { headerOf, parseHead, type Message } from './message.js'

const MAX_HEAD_BYTES = 64 * KIB
const MAX_BODY_BYTES = 256 * KIB

/** First byte of a packet that is interleaved with the messages, and bytes of its header (RFC 2326, section 10.12). */
const DOLLAR = 0x24
const PACKET_HEADER_BYTES = 4
const [CR, LF] = [0x0d, 0x0a]

interface Handlers {
  /** Gets one or more packets, or parts of them, as they came. */
  onPackets: (bytes: Buffer) => void
  onMessage: (message: Message) => void
}

/** A message whose header has come. */
interface Begun {
  head: Omit<Message, 'body'>
  headBytes: number
  /** Header and body together. */
  bytes: number
}

/** Splits one direction of an RTSP connection into messages and the packets between them, which are not copied. */
export class Splitter {
  readonly #handlers: Handlers
  readonly #held = new HeldBytes()
  /** Bytes of the present packet that are still to come. */
  #left = 0
  /** The present message, once its header has come. */
  #begun: Begun | undefined
  /** Bytes of the present message in which the end of its header was not found. */
  #searched = 0

  constructor(handlers: Handlers) {
    this.#handlers = handlers
  }

  /** @throws NetworkFailure for what is not RTSP, or too large */
  push(chunk: Buffer): void {
    this.#held.append(chunk)
    const data = this.#held.bytes
    let at = 0
    let packets = 0
    const passPackets = (): void => {
      if (at > packets) this.#handlers.onPackets(data.subarray(packets, at))
    }
    while (at < data.length) {
      if (this.#left > 0) {
        const passed = Math.min(this.#left, data.length - at)
        this.#left -= passed
        at += passed
      } else if (data[at] === DOLLAR) {
        if (data.length - at < PACKET_HEADER_BYTES) break
        this.#left = PACKET_HEADER_BYTES + data.readUInt16BE(at + 2)
      } else {
        passPackets()
        packets = at
        const bytes = this.#message(data.subarray(at))
        if (bytes === 0) break
        at += bytes
        packets = at
      }
    }
    passPackets()
    this.#held.drop(at)
  }

  /** Passes the message at the beginning of `data`, and gives its bytes: 0 when it is not complete. */
  #message(data: Buffer): number {
    // Line ends between messages are no message.
    if (data[0] === CR || data[0] === LF) return 1
    this.#begun ??= this.#begin(data)
    if (!this.#begun || data.length < this.#begun.bytes) return 0
    const { head, headBytes, bytes } = this.#begun
    this.#begun = undefined
    this.#handlers.onMessage({ ...head, body: Buffer.from(data.subarray(headBytes, bytes)) })
    return bytes
  }

  /** Parses the header at the beginning of `data`; undefined while it is not complete. */
  #begin(data: Buffer): Begun | undefined {
    const headBytes = headEnd(data, this.#searched)
    this.#searched = headBytes === undefined ? data.length : 0
    if ((headBytes ?? data.length) > MAX_HEAD_BYTES) throw tooLarge('header')
    if (headBytes === undefined) return undefined
    const head = parseHead(data.toString('latin1', 0, headBytes).trimEnd())
    if (!/^(RTSP\/\d\.\d \d{3}\b.*|[A-Z_]+ \S+ RTSP\/\d\.\d)$/.test(head.start)) {
      throw new NetworkFailure('DAFFI_SOURCE_FAILED', 'what answers does not speak RTSP')
    }
    const length = headerOf({ ...head, body: data }, 'content-length') ?? '0'
    const bodyBytes = /^\d+$/.test(length) ? Number(length) : Infinity
    if (bodyBytes > MAX_BODY_BYTES) throw tooLarge('message')
    return { head, headBytes, bytes: headBytes + bodyBytes }
  }
}

/** Bytes up to the end of the empty line that ends a header, of which `searched` bytes hold none. */
function headEnd(data: Buffer, searched: number): number | undefined {
  const ends = ['\r\n\r\n', '\n\n'].flatMap((mark) => {
    const at = data.indexOf(mark, Math.max(0, searched - mark.length + 1))
    return at === -1 ? [] : [at + mark.length]
  })
  return ends.length === 0 ? undefined : Math.min(...ends)
}

function tooLarge(what: string): NetworkFailure {
  return new NetworkFailure('DAFFI_SOURCE_FAILED', `a ${what} of its answers is too large`)
}
