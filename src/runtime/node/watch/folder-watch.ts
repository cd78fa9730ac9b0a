import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { watch } from 'chokidar'

/** Milliseconds without a change after which changes are passed on: editors save a file in several steps. */
const SETTLE_MS = 100
/** Files of which a pipeline can consist. */
const RELEVANT = /\.(?:[cm]?[jt]s|json|ya?ml)$/

/**
 * Reports which files in some folders have changed. Folders are watched and not files, because many editors save by putting
 * a new file in the place of the old one.
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
      this.#changed.add(realPath(path))
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

/** The path that a file has without links on the way. A file that is gone was in its folder. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const folder = dirname(path)
    return folder === path ? path : join(realPath(folder), basename(path))
  }
}
