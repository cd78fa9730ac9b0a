import { basename, dirname } from 'node:path'
import { Wakeup } from '../../core/deferred.js'
import { bounded } from '../../core/timeout.js'
import type { Plan } from '../../core/plan/plan.js'
import { FolderWatch, realPath } from './folder-watch.js'
import { WatchedPipeline } from './watched-pipeline.js'

/** Watches the files of several pipelines, and others that belong to them. Changes are kept until they are asked for. */
export class FilesWatch implements AsyncDisposable {
  #pipelines: WatchedPipeline[] = []
  #others = new Set<string>()
  readonly #changes = new Set<string>()
  readonly #changed = new Wakeup()
  readonly #folders: FolderWatch

  /** @param onError called when changes may be missed */
  constructor(onError: (error: unknown) => void) {
    const isRelevant = (name: string): boolean =>
      [...this.#others].some((file) => basename(file) === name) ||
      this.#pipelines.some((pipeline) => pipeline.isRelevant(name))
    this.#folders = new FolderWatch(isRelevant, (files) => this.#onChange(files), onError)
  }

  /** Watches these in place of those before, in whose folders it goes on looking. */
  async follow(plans: readonly Plan[], files: readonly string[]): Promise<void> {
    this.#pipelines = await Promise.all(plans.map((plan) => WatchedPipeline.open(plan, undefined)))
    this.#others = new Set(files.map(realPath))
    const folders = [...this.#others].map((file) => dirname(file))
    this.#folders.add(new Set([...folders, ...this.#pipelines.flatMap((pipeline) => [...pipeline.folders])]))
  }

  /** Resolves with the files that have changed since the last time, when there are some. @throws DaffiError DAFFI_ABORTED */
  async next(signal: AbortSignal): Promise<string[]> {
    while (this.#changes.size === 0)
      await bounded(this.#changed.wait(), { signal, what: 'waiting for changes' })
    const files = [...this.#changes]
    this.#changes.clear()
    return files
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folders.close()
  }

  #onChange(files: string[]): void {
    for (const file of files) {
      if (this.#others.has(file) || this.#pipelines.some((pipeline) => pipeline.mayContain(file)))
        this.#changes.add(file)
    }
    if (this.#changes.size > 0) this.#changed.notify()
  }
}
