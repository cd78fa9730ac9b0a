import type { Host } from './host.js'

/** How long streams may take to run out once a node was told to stop. */
const DRAIN_MS = 10_000

/** Resolves when `settled` does, or when it has had its time. */
export async function drained(settled: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => (timer = setTimeout(resolve, DRAIN_MS)))
  try {
    await Promise.race([settled, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Lets what has begun come to its end, for as long as that may take, and leaves the pipeline. */
export async function drainAndLeave(host: Host): Promise<void> {
  host.drain()
  await drained(host.settled)
  await host.leave()
}
