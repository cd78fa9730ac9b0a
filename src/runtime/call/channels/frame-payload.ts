import { DaffiError } from '../../core/errors.js'
import { isToken } from '../../core/names.js'

/** Headers as the NATS client gives them: for each name its values. */
export type Headers = Iterable<[string, string[]]>

/** Why a node does not take a request: it does not know the asker (yet), is about to leave, or has no turn for the call. */
export type Refusal = 'absent' | 'full'

/** A response that came over a channel. */
export interface ChannelResponse {
  refusal: Refusal | undefined
  headers: Headers | undefined
  data: Uint8Array
}

/** First line of a head, with the words in it, and the headers after it. */
interface Head {
  words: [string, string | undefined]
  headers: Headers | undefined
}

const LENGTH_BYTES = 2
/** Bytes of the longest head: a call's headers, and the shortened message of an error. */
const MAX_HEAD = 8192
const REFUSALS: readonly (string | undefined)[] = ['absent', 'full'] satisfies Refusal[]

/** Encodes the payload of a frame: `u16` length of the head, little-endian, the head, and the message's own payload. */
export function encodePayload(line: string, headers: Headers | undefined, data: Uint8Array): Buffer {
  let head = line
  for (const [name, values] of headers ?? []) for (const value of values) head += `\n${name}: ${value}`
  const length = headers ? Buffer.byteLength(head) : head.length
  // eslint-disable-next-line no-restricted-syntax -- all of it is written here
  const payload = Buffer.allocUnsafe(LENGTH_BYTES + length + data.length)
  payload.writeUInt16LE(length, 0)
  payload.write(head, LENGTH_BYTES, headers ? 'utf8' : 'latin1')
  payload.set(data, LENGTH_BYTES + length)
  return payload
}

/** Reads the payload of a frame. @throws DaffiError DAFFI_BAD_MESSAGE */
export function readPayload(payload: Buffer): Head & { data: Buffer } {
  const length = payload.length < LENGTH_BYTES ? Infinity : payload.readUInt16LE(0)
  const end = LENGTH_BYTES + length
  if (length > MAX_HEAD || end > payload.length) throw badMessage('its head is longer than it may be')
  return { ...readHead(payload.toString('utf8', LENGTH_BYTES, end)), data: payload.subarray(end) }
}

/** Reads the refusal of a response. @throws DaffiError DAFFI_BAD_MESSAGE */
export function readRefusal(word: string | undefined): Refusal | undefined {
  if (word === undefined || REFUSALS.includes(word)) return word as Refusal | undefined
  throw badMessage('its head makes no sense')
}

function readHead(head: string): Head {
  const lineEnd = head.indexOf('\n')
  const line = lineEnd < 0 ? head : head.slice(0, lineEnd)
  const space = line.indexOf(' ')
  const first = space < 0 ? line : line.slice(0, space)
  const second = space < 0 ? undefined : line.slice(space + 1)
  if (second !== undefined && !isToken(second)) throw badMessage('its head makes no sense')
  return { words: [first, second], headers: lineEnd < 0 ? undefined : readHeaders(head.slice(lineEnd + 1)) }
}

function readHeaders(text: string): [string, string[]][] {
  return text.split('\n').map((line) => {
    const colon = line.indexOf(': ')
    if (colon <= 0) throw badMessage('its headers make no sense')
    return [line.slice(0, colon), [line.slice(colon + 2)]]
  })
}

function badMessage(why: string): DaffiError {
  return new DaffiError('DAFFI_BAD_MESSAGE', why)
}
