import { setTimeout as delay } from 'node:timers/promises'

const PER_SECOND = 20

export async function* numbers(_args, { signal }) {
  for (let number = 0; !signal.aborted; number++) {
    yield { number, padding: Buffer.alloc(number % 100 === 0 ? 50_000 : 500) }
    await delay(1000 / PER_SECOND, undefined, { signal }).catch(() => undefined)
  }
}

export async function* seconds(_args, { signal }) {
  for (let number = 0; !signal.aborted; number++) {
    yield number
    await delay(1000, undefined, { signal }).catch(() => undefined)
  }
}
