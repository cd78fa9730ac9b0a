import { FolderReader, logFolder, type LogRecord, type LogSource } from '../../../logs/index.js'
import type { FoundRun } from './found-run.js'
import type { RunsView } from './look-at-runs.js'
import { StatusLines } from './status-lines.js'

/** Whether the records of a run are in files of this project. */
export function keepsLogs({ file }: FoundRun): boolean {
  return file?.background ?? false
}

/** Records of a run: from its files, else those that its supervisor has. */
export function sourceOf(view: RunsView, project: string, run: FoundRun): LogSource {
  return keepsLogs(run) ? new FolderReader(logFolder(project, run.pipeline)) : new StatusLines(view, run)
}

export async function* filtered(
  records: AsyncIterable<LogRecord>,
  isMeant: (record: LogRecord) => boolean,
): AsyncGenerator<LogRecord, void, undefined> {
  for await (const record of records) if (isMeant(record)) yield record
}

/** The last of some records. */
export async function* lastOf(
  records: AsyncIterable<LogRecord>,
  number: number,
): AsyncGenerator<LogRecord, void, undefined> {
  let last: LogRecord[] = []
  for await (const record of records) {
    last.push(record)
    if (last.length > 2 * number + 1000) last = last.slice(-number)
  }
  if (number > 0) yield* last.slice(-number)
}
