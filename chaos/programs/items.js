import { setTimeout as delay } from 'node:timers/promises'

/** Items of various sizes, so many a second, until `stopping` aborts; each tells who made it and when. */
export async function* itemsOf({ perSecond, random, stopping, onItem = () => undefined }) {
  for (let number = 0; ; number++) {
    await delay(1000 / perSecond, undefined, { signal: stopping }).catch(() => undefined)
    if (stopping.aborted) return
    const padding = Buffer.alloc(sizeOf(random()))
    onItem(number)
    yield { writer: process.pid, number, time: Date.now(), padding }
  }
}

/** Mostly small, as numbers and records are; some as large as a picture. */
const sizeOf = (share) => (share < 0.9 ? Math.round(share * 1000) : Math.round(share * 50_000))
