import { bytesOf } from './items.js'
import { quantile } from './statistics.js'

const US = 1000

/** Makes so many calls one after the other: how long each took, in microseconds. */
export async function latencies(count, call) {
  const times = []
  for (let n = 0; n < count; n++) {
    const start = performance.now()
    await call()
    times.push((performance.now() - start) * US)
  }
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}

/** Makes so many calls, `inFlight` of them at a time: calls a second. */
export async function rate(count, inFlight, call) {
  let begun = 0
  const worker = async () => {
    while (begun++ < count) await call()
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: inFlight }, worker))
  return { rate: count / ((performance.now() - start) / 1000) }
}

/** Measures what an order asks for: the rate with so many calls in flight, else the latencies of calls one after the other. */
export const measure = ({ count, inFlight }, call) =>
  inFlight ? rate(count, inFlight, call) : latencies(count, call)

export function assertSum(value) {
  if (value !== 3) throw new Error(`1 + 2 is not ${value}`)
}

export const FRAME = Buffer.alloc(bytesOf('1080p'), 7)

export function assertSize(size) {
  if (size !== FRAME.length) throw new Error(`a frame has no ${size} bytes`)
}
