import { hash } from 'node:crypto'
import { keyReader, keyText } from '../../../core/stream/key-path.js'
import type { KeyPath } from '../../../core/stream/parse-options.js'
import { asError } from '../../../core/thrown/read-thrown.js'
import { thrownLine } from '../../../core/message/error-text.js'
import type { ItemKey } from '../../protocol/messages.js'

/** Characters of a key's hash: 132 bits. */
const HASH_LENGTH = 22
/** Characters of a fault: it travels with the announcement of the item. */
const MAX_FAULT = 200

/**
 * Makes the function that gives the key of an item. An item without one has a fault in its place, and fails where it arrives.
 * @param by path in the item, or a function of it
 */
export function itemKeys(by: KeyPath): (item: unknown, number: number) => ItemKey {
  const read = keyReader(by)
  return (item, number) => {
    try {
      const value = read(item)
      const text = keyText(value)
      if (text !== undefined) return { hash: hashOf(text) }
      const found =
        value === undefined ? 'nothing' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
      const where = typeof by === 'function' ? 'share.by gave' : `"${by}" has`
      return faulty(`item ${number} has no key: ${where} ${found}`)
    } catch (thrown) {
      return faulty(`item ${number} has no key: reading it threw: ${thrownLine(asError(thrown))}`)
    }
  }
}

const faulty = (fault: string): ItemKey => ({ hash: hashOf(''), fault: fault.slice(0, MAX_FAULT) })

const hashOf = (text: string): string => hash('sha256', text, 'base64url').slice(0, HASH_LENGTH)
