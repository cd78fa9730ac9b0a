import { watch, type FSWatcher } from 'node:fs'
import { abortError } from '../../core/abort.js'
import { Wakeup } from '../../core/deferred.js'

const RECHECK_MS = 1000

/**
 * Looks until `look` finds something: at once, whenever the folder changes, and once a second besides, since
 * changes can be missed and watches can run out.
 * @throws what `look` throws, and DAFFI_ABORTED between two looks
 */
export async function watchFor<T>(
  folder: string,
  look: () => Promise<T | undefined>,
  { signal, what }: { signal: AbortSignal; what: string },
): Promise<T> {
  const changed = new Wakeup()
  const notify = (): void => changed.notify()
  const watcher = tryWatch(folder, notify)
  const timer = setInterval(notify, RECHECK_MS)
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
