import { randomBytes } from 'node:crypto'
import { DaffiError } from './errors.js'

const TOKEN = /^[A-Za-z0-9_-]+$/
const MAX_LENGTH = 128

export const EVERY_OBJECT = 'is a name that every JavaScript object has as a property'

/** Whether a name can be a token of a NATS subject: 1 to 128 letters, digits, _ and -. */
export function isToken(text: string): boolean {
  return text.length <= MAX_LENGTH && TOKEN.test(text)
}

/**
 * Checks a name that becomes a token of NATS subjects.
 * @param what kind of name, for the error message: `node name`
 * @throws DaffiError DAFFI_BAD_NAME
 */
export function assertToken(what: string, text: string): void {
  if (!isToken(text)) {
    const shown = JSON.stringify(text.slice(0, MAX_LENGTH))
    throw new DaffiError('DAFFI_BAD_NAME', `${what} ${shown} is not a name`)
  }
}

/** Why a token cannot be the name of a callback, as the rest of a sentence that begins with it; undefined when it can. */
export function faultOfCallbackName(text: string): string | undefined {
  if (text in Object.prototype) return EVERY_OBJECT
  if (text === 'then')
    return 'cannot be called: JavaScript takes an object with a function then for a promise'
  return undefined
}

/** @throws DaffiError DAFFI_BAD_NAME */
export function assertCallbackName(text: string): void {
  assertToken('callback', text)
  const fault = faultOfCallbackName(text)
  if (fault === undefined) return
  throw new DaffiError('DAFFI_BAD_NAME', `no callback can have the name ${text}: it ${fault}`, {
    next: 'Give the function another name.',
  })
}

/** A node, and which of its processes has a name, where only names are known: one that ends in a number is taken for a replica. */
export function nodeAndNumber(name: string): { node: string; number: number } {
  const [, node = name, digits = '1'] = /^(.+)-(\d+)$/.exec(name) ?? []
  return { node, number: Number(digits) }
}

/** The names of nodes with one more: beside the other processes of its node, in the order of their numbers, or at the end. */
export function withNodeName(names: readonly string[], name: string): string[] {
  const { node, number } = nodeAndNumber(name)
  const numberOf = (each: string): number => {
    if (!each.startsWith(node)) return NaN
    const other = nodeAndNumber(each)
    return other.node === node ? other.number : NaN
  }
  const after = names.findLastIndex((each) => numberOf(each) < number)
  const before = names.findIndex((each) => numberOf(each) > number)
  return names.toSpliced(after >= 0 ? after + 1 : before >= 0 ? before : names.length, 0, name)
}

/** Random id of 72 bits that can be a token of a NATS subject. */
export function randomId(): string {
  return randomBytes(9).toString('base64url')
}
