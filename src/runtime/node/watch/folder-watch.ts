import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { watch, type FSWatcher } from 'chokidar'

/** Milliseconds without a change after which changes are passed on: editors save a file in several steps. */
const SETTLE_MS = 100
/**
 * Reports which files in some folders have changed. Folders are watched and not files, because many editors save by putting
 * a new file in the place of the old one.
 */
export class FolderWatch {
  readonly #watcher: FSWatcher
  readonly #changed = new Set<string>()
  #settling: NodeJS.Timeout | undefined

  /** @param isRelevant whether a file of this name is of interest */
  constructor(
    isRelevant: (name: string) => boolean,
    onChange: (files: string[]) => void,
    onError: (error: unknown) => void,
  ) {
    this.#watcher = watch([], {
      depth: 0,
      ignoreInitial: true,
      ignored: (path, stats) => stats?.isFile() === true && !isRelevant(basename(path)),
    })
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
export function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const folder = dirname(path)
    return folder === path ? path : join(realPath(folder), basename(path))
  }
}
