import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { isDurable } from '../lib/kinds.js'
import { randomOf, seedOf } from '../lib/random.js'

/** Items of various sizes, so many a second, until `stopping` aborts; each tells who made it and when. */
export async function* itemsOf({ perSecond, random, stopping }) {
  for (let number = 0; ; number++) {
    await delay(1000 / perSecond, undefined, { signal: stopping }).catch(() => undefined)
    if (stopping?.aborted) return
    yield itemOf(number, random)
  }
}

/**
 * Source of a pipeline file. That of a durable stream is read again from the start after a crash of its node: what should have
 * been made by then comes at once.
 */
export async function* sourceOf(kind, perSecond, since) {
  const random = randomOf(seedOf(kind))
  writeFileSync('writer.pid', String(process.pid))
  const begin = isDurable(kind) ? since : Date.now()
  for (let number = 0; ; number++) {
    const early = begin + (number * 1000) / perSecond - Date.now()
    if (early > 0) await delay(early)
    yield itemOf(number, random)
  }
}

const itemOf = (number, random) => ({
  writer: process.pid,
  number,
  time: Date.now(),
  padding: Buffer.alloc(sizeOf(random())),
})

/** Mostly small, as numbers and records are; some as large as a picture. */
const sizeOf = (share) => (share < 0.9 ? Math.round(share * 1000) : Math.round(share * 50_000))
