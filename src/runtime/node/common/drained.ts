/** Longest time that the streams of a node may take to finish after the order to drain. */
const DRAIN_TIMEOUT_MS = 10_000

/** Resolves when `settled` resolves, or when the time for draining is over. */
export async function drained(settled: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise((resolve) => (timer = setTimeout(resolve, DRAIN_TIMEOUT_MS)))
  try {
    await Promise.race([settled, timeout])
  } finally {
    clearTimeout(timer)
  }
}
