import { relative } from 'node:path'
import { DaffiError, messageOf } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { Diagnostic } from '../../pipeline/index.js'
import type { PlanChange } from '../supervise/plan-change.js'
import type { Supervisor } from '../supervise/supervisor.js'
import { FolderWatch } from './folder-watch.js'
import type { WatchedPipeline } from './watched-pipeline.js'

/**
 * Applies each change of the pipeline file and its modules to the run, one after the other.
 * @returns a function that ends that, and waits for the change that is being applied
 */
export function watchPipeline(
  watched: WatchedPipeline,
  supervisor: Supervisor,
  log: Logger,
): () => Promise<void> {
  let working = Promise.resolve()
  const apply = async (files: string[]): Promise<void> => {
    const changed = `${files.map((file) => relative(process.cwd(), file)).join(', ')} changed`
    try {
      const change = await watched.update(files)
      folders.add(watched.folders)
      const failures = await supervisor.apply(change)
      if (failures.length === 0) watched.confirm()
      const done = describe(
        change,
        failures.map(({ node }) => node),
      )
      if (done !== '') log.info(`${changed}: ${done}`)
      for (const { node, error } of failures) {
        log.error(`${changed}; ${node} keeps running the old code: ${error.message}`)
      }
    } catch (error) {
      log.error(`${changed}, but cannot be used; the run continues unchanged`)
      for (const line of faultLines(error)) log.error(line)
    }
  }
  const folders = new FolderWatch(
    (name) => watched.isRelevant(name),
    (changed) => {
      const files = changed.filter((file) => watched.mayContain(file))
      if (files.length > 0) working = working.then(() => apply(files))
    },
    (error) => log.warn(`changes may be missed: ${messageOf(error)}`),
  )
  folders.add(watched.folders)
  return async () => {
    await folders.close()
    await working
  }
}

function describe({ start, restart, reload, stop }: PlanChange, failed: string[]): string {
  const reloaded = reload.map(({ node }) => node.name).filter((name) => !failed.includes(name))
  const done = [
    ['started', start.map(({ name }) => name)],
    ['restarted', restart.map(({ name }) => name)],
    ['reloaded', reloaded],
    ['stopped', stop],
  ] as const
  return done
    .filter(([, names]) => names.length > 0)
    .map(([verb, names]) => `${verb} ${names.join(', ')}`)
    .join('; ')
}

function faultLines(error: unknown): string[] {
  if (!(error instanceof DaffiError) || error.code !== 'DAFFI_PIPELINE_INVALID') return [messageOf(error)]
  const faults = error.details?.faults as Diagnostic[]
  return faults.map(
    ({ file, line, column, message }) => `${relative(process.cwd(), file)}:${line}:${column}: ${message}`,
  )
}
