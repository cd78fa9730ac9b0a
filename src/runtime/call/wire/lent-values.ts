import { randomBytes } from 'node:crypto'
import { DaffiError } from '../../core/errors.js'
import { isWithin } from '../../core/message/forms.js'
import { readMemory, sharedMemory, storeInMemory } from '../../unix/index.js'

/** Bytes before a value by which it is known: the same numbers may name another memory in another container. */
const NONCE_BYTES = 16

const isId = isWithin(0, 2 ** 31 - 1)

interface Lent {
  place: string
  /** Number of those to whom it is lent. */
  users: number
  close: () => void
}

/** Values in shared memory, of which other processes of this host take copies. One that is lent to several lies there once. */
export class LentValues {
  readonly #lent = new Map<Uint8Array, Lent>()

  /** Lends a value until `end` is called. Undefined where there is no shared memory, or not enough of it. */
  async lend(value: Uint8Array): Promise<{ place: string; end: () => void } | undefined> {
    const libc = await sharedMemory()
    let lent = this.#lent.get(value)
    if (!lent) {
      const nonce = randomBytes(NONCE_BYTES)
      const memory = libc && storeInMemory(libc, [nonce, value])
      if (!memory) return undefined
      const place = `${process.pid} ${memory.fd} ${nonce.toString('base64url')}`
      lent = { place, users: 0, close: memory.close }
      this.#lent.set(value, lent)
    }
    const { place, close } = lent
    lent.users++
    let isOver = false
    const end = (): void => {
      if (isOver) return
      isOver = true
      if (--lent.users > 0) return
      this.#lent.delete(value)
      close()
    }
    return { place, end }
  }
}

/**
 * Copies a value that another process lends. Undefined when its memory cannot be opened here, as from another container.
 * @throws DaffiError DAFFI_BAD_MESSAGE
 */
export function copyLent(place: string, length: number): Buffer | undefined {
  const [pid, fd, text = ''] = place.split(' ')
  const nonce = Buffer.from(text, 'base64url')
  if (!isId(Number(pid)) || !isId(Number(fd)) || nonce.length !== NONCE_BYTES)
    throw new DaffiError('DAFFI_BAD_MESSAGE', 'it does not say where a value is lent')
  const found = readMemory({ pid: Number(pid), fd: Number(fd), bytes: NONCE_BYTES + length })
  return found?.subarray(0, NONCE_BYTES).equals(nonce) ? found.subarray(NONCE_BYTES) : undefined
}
