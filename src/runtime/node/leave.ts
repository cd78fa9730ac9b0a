import { setTimeout as delay } from 'node:timers/promises'
import type { Host } from './host.js'

/** How long streams may take to run out once a node was told to stop. */
export const DRAIN_MS = 10_000

/** Lets what has begun come to its end, for as long as that may take, and leaves the pipeline. */
export async function drainAndLeave(host: Host): Promise<void> {
  const done = new AbortController()
  host.drain()
  await Promise.race([
    host.settled,
    delay(DRAIN_MS, undefined, { signal: done.signal }).catch(() => undefined),
  ])
  done.abort()
  await host.leave()
}
