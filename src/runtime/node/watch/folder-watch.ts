import { watch } from 'chokidar'

/** How long nothing may change before what has changed is told: editors write in several steps. */
const SETTLE_MS = 100
/** What pipelines consist of. */
const RELEVANT = /\.(?:[cm]?[jt]s|json|ya?ml)$/

/**
 * Tells which files in some folders have changed. Folders are watched, not files, so that a file that is put in another
 * one's place, as many editors save, is seen too.
 */
export class FolderWatch {
  readonly #watcher = watch([], {
    depth: 0,
    ignoreInitial: true,
    ignored: (path, stats) => stats?.isFile() === true && !RELEVANT.test(path),
  })
  readonly #changed = new Set<string>()
  #settling: NodeJS.Timeout | undefined

  constructor(onChange: (files: string[]) => void, onError: (error: unknown) => void) {
    this.#watcher.on('error', onError).on('all', (_event, path) => {
      this.#changed.add(path)
      clearTimeout(this.#settling)
      this.#settling = setTimeout(() => {
        const files = [...this.#changed]
        this.#changed.clear()
        onChange(files)
      }, SETTLE_MS)
    })
  }

  add(folders: Iterable<string>): void {
    this.#watcher.add([...folders])
  }

  async close(): Promise<void> {
    clearTimeout(this.#settling)
    await this.#watcher.close()
  }
}
