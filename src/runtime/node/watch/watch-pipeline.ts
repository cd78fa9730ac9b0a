import { dirname, relative } from 'node:path'
import { DaffiError, messageOf } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { Fault } from '../../pipeline/index.js'
import type { Supervisor } from '../supervise/supervisor.js'
import { FolderWatch } from './folder-watch.js'
import type { Change, WatchedPipeline } from './watched-pipeline.js'

/** Takes each change of the pipeline file and its modules into the run. Returns what ends that. */
export function watchPipeline(
  watched: WatchedPipeline,
  supervisor: Supervisor,
  log: Logger,
): () => Promise<void> {
  let working = Promise.resolve()
  const take = async (files: string[]): Promise<void> => {
    const what = `${files.map((file) => relative(process.cwd(), file)).join(', ')} changed`
    try {
      const change = await watched.change(files)
      folders.add(foldersOf(watched))
      const failures = await supervisor.apply(change)
      if (failures.length === 0) watched.settle()
      const done = describe(
        change,
        failures.map(({ node }) => node),
      )
      if (done !== '') log.info(`${what}: ${done}`)
      for (const { node, error } of failures) {
        log.error(`${what}; ${node} goes on with the old code: ${error.message}`)
      }
    } catch (error) {
      log.error(`${what}, and is at fault; all goes on as it was`)
      for (const line of faultLines(error)) log.error(line)
    }
  }
  const folders = new FolderWatch(
    (files) => {
      working = working.then(() => take(files))
    },
    (error) => log.warn(`changes may be missed: ${messageOf(error)}`),
  )
  folders.add(foldersOf(watched))
  return async () => {
    await folders.close()
    await working
  }
}

function foldersOf({ files }: WatchedPipeline): Set<string> {
  return new Set(files.map((file) => dirname(file)))
}

function describe({ start, restart, reload, stop }: Change, failed: string[]): string {
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
  const faults = error.details?.faults as Fault[]
  return faults.map(
    ({ file, line, column, message }) => `${relative(process.cwd(), file)}:${line}:${column}: ${message}`,
  )
}
