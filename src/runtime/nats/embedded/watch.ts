import { watch, type FSWatcher } from 'node:fs'
import { abortError } from '../../core/abort.js'
import { Wakeup } from '../../core/deferred.js'

const RECHECK_INTERVAL_MS = 1000

/**
 * Calls `look` until it gives a value: immediately, whenever the folder changes, and once a second, since changes can be missed
 * and the system can run out of watches.
 * @throws DAFFI_ABORTED, between two calls of `look`, and everything that `look` throws
 */
export async function watchFor<T>(
  folder: string,
  look: () => Promise<T | undefined>,
  { signal, what }: { signal: AbortSignal; what: string },
): Promise<T> {
  const changed = new Wakeup()
  const notify = (): void => changed.notify()
  const watcher = tryWatch(folder, notify)
  const timer = setInterval(notify, RECHECK_INTERVAL_MS)
  signal.addEventListener('abort', notify)
  try {
    for (;;) {
      const next = changed.wait()
      const found = await look()
      if (found !== undefined) return found
      if (signal.aborted) throw abortError(signal, what)
      await next
    }
  } finally {
    signal.removeEventListener('abort', notify)
    clearInterval(timer)
    watcher?.close()
  }
}

function tryWatch(folder: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, onChange)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}
