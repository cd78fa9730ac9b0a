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

/** The rest of a frame's subject: its first line with one word or two, and the headers after that. */
interface Head {
  words: [string, string | undefined]
  headers: Headers | undefined
}

const REFUSALS: readonly (string | undefined)[] = ['absent', 'full'] satisfies Refusal[]
/** Characters that a header cannot have, as the subject of a frame is Latin-1, or that would end its line. */
const NOT_IN_HEADER = /[^ -~\u00a0-\u00ff]/g

/** Encodes headers as lines after the first one. */
export function headerLines(headers: Headers | undefined): string {
  let lines = ''
  for (const [name, values] of headers ?? [])
    for (const value of values) lines += `\n${name}: ${value.replaceAll(NOT_IN_HEADER, '?')}`
  return lines
}

/** @throws DaffiError DAFFI_BAD_MESSAGE */
export function readHead(head: string): Head {
  const lineEnd = head.indexOf('\n')
  const line = lineEnd < 0 ? head : head.slice(0, lineEnd)
  const space = line.indexOf(' ')
  const first = space < 0 ? line : line.slice(0, space)
  const second = space < 0 ? undefined : line.slice(space + 1)
  if (second !== undefined && !isToken(second)) throw badMessage('its subject makes no sense')
  return { words: [first, second], headers: lineEnd < 0 ? undefined : readHeaders(head.slice(lineEnd + 1)) }
}

/** Reads the refusal of a response. @throws DaffiError DAFFI_BAD_MESSAGE */
export function readRefusal(word: string | undefined): Refusal | undefined {
  if (word === undefined || REFUSALS.includes(word)) return word as Refusal | undefined
  throw badMessage('its subject makes no sense')
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
