import { decode, encode, toPlain } from '../../codec/index.js'
import { DaffiError } from '../../core/errors.js'
import { readJson, writeJson } from '../../core/text/json.js'
import { isRemoteFields, RemoteError } from '../api/remote-error.js'
import type { Headers } from '../channels/head.js'
import { HEADER, headerOf } from './headers.js'

/** Whether a payload is JSON: any that does not begin as an array of MessagePack does. It is answered in JSON, too. */
export function isJson(payload: Uint8Array): boolean {
  const first = payload[0] ?? 0
  const isFixArray = first >= 0x90 && first <= 0x9f
  return !isFixArray && first !== 0xdc && first !== 0xdd
}

/** @throws DaffiError DAFFI_BAD_MESSAGE; DAFFI_UNSENDABLE for a number in JSON that is none for JavaScript */
export function decodeArguments(payload: Uint8Array): unknown[] {
  const args = isJson(payload) ? decodeJson(payload) : decode(payload)
  if (!Array.isArray(args))
    throw new DaffiError('DAFFI_BAD_MESSAGE', 'the arguments of a call are not a JSON array')
  return args as unknown[]
}

function decodeJson(payload: Uint8Array): unknown {
  try {
    return readJson(Buffer.from(payload).toString(), 'the arguments')
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Encodes the value of a call, in JSON when the call came in JSON. @throws DaffiError DAFFI_UNSENDABLE, the same for both */
export function encodeReply(value: unknown, json: boolean): Uint8Array {
  const bytes = encode(value, 'the result')
  return json ? Buffer.from(writeJson(toPlain(decode(bytes)))) : bytes
}

/**
 * Value of a reply.
 * @param payload the message's own, or the one that was fetched in its place
 * @throws RemoteError; DaffiError DAFFI_BAD_MESSAGE
 */
export function decodeReply(message: { headers?: Headers | undefined }, payload: Uint8Array): unknown {
  if (headerOf(message, HEADER.errorCode) === undefined) return decode(payload)
  const fields = decode(payload)
  if (isRemoteFields(fields)) throw new RemoteError(fields)
  throw new DaffiError('DAFFI_BAD_MESSAGE', 'the error in a response is not one of the protocol')
}
