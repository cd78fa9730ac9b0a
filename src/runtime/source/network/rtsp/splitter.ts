import { KIB } from '../../../core/bytes.js'
import { headerOf, parseHead, type Message } from './message.js'
import { NetworkFailure } from '../network-failure.js'

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

/** Splits one direction of an RTSP connection into messages and the packets between them, which are not copied. */
export class Splitter {
  readonly #handlers: Handlers
  #held: Buffer = Buffer.alloc(0)
  /** Bytes of the present packet that are still to come. */
  #left = 0

  constructor(handlers: Handlers) {
    this.#handlers = handlers
  }

  /** @throws NetworkFailure for what is not RTSP, or too large */
  push(chunk: Buffer): void {
    const data = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
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
    this.#held = data.subarray(at)
  }

  /** Passes the message at the beginning of `data`, and gives its bytes: 0 when it is not complete. */
  #message(data: Buffer): number {
    // Line ends between messages are no message.
    if (data[0] === CR || data[0] === LF) return 1
    const end = headEnd(data)
    if (end === undefined) {
      if (data.length > MAX_HEAD_BYTES) throw tooLarge('header')
      return 0
    }
    if (end > MAX_HEAD_BYTES) throw tooLarge('header')
    const head = parseHead(data.toString('latin1', 0, end).trimEnd())
    if (!/^(RTSP\/\d\.\d \d{3}\b.*|[A-Z_]+ \S+ RTSP\/\d\.\d)$/.test(head.start)) {
      throw new NetworkFailure('DAFFI_SOURCE_FAILED', 'what answers does not speak RTSP')
    }
    const length = headerOf({ ...head, body: data }, 'content-length') ?? '0'
    const bodyBytes = /^\d+$/.test(length) ? Number(length) : Infinity
    if (bodyBytes > MAX_BODY_BYTES) throw tooLarge('message')
    if (data.length < end + bodyBytes) return 0
    this.#handlers.onMessage({ ...head, body: Buffer.from(data.subarray(end, end + bodyBytes)) })
    return end + bodyBytes
  }
}

/** Bytes up to the end of the empty line that ends a header. */
function headEnd(data: Buffer): number | undefined {
  const ends = ['\r\n\r\n', '\n\n'].flatMap((mark) => {
    const at = data.indexOf(mark)
    return at === -1 ? [] : [at + mark.length]
  })
  return ends.length === 0 ? undefined : Math.min(...ends)
}

function tooLarge(what: string): NetworkFailure {
  return new NetworkFailure('DAFFI_SOURCE_FAILED', `a ${what} of its answers is too large`)
}
