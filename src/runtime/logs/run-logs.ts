import { join } from 'node:path'
import { folderError, inFolder } from '../core/project/folder-error.js'
import { messageOf } from '../core/errors.js'
import { privateFolder } from '../core/ownership/ours.js'
import { stateFolder } from '../core/project/project.js'
import { count } from '../core/text/count.js'
import { plainJsonText } from '../core/text/plain-text.js'
import { LogFile, type LogLimits } from './log-file.js'
import { logRecord, type LogRecord } from './log-record.js'

/** Name of the log of a run's own records, which no node can have. */
const RUN_LOG = '+run'

/** Folder of a pipeline's logs. */
export function logFolder(project: string, pipeline: string): string {
  return join(project, '.daffi', 'logs', pipeline)
}

/**
 * Creates the folder of a pipeline's logs if it is missing, and gives its path.
 * @throws DaffiError those of the folder `.daffi`
 */
export async function makeLogFolder(project: string, pipeline: string): Promise<string> {
  await stateFolder(project)
  const folder = logFolder(project, pipeline)
  await inFolder(folder, () => privateFolder(folder))
  return folder
}

/** Path of the log of a node, or of the run as a whole. */
export function logPath(folder: string, node: string | null): string {
  return join(folder, `${node ?? RUN_LOG}.jsonl`)
}

/** Node of a log's file that is being written; null for the run as a whole; undefined for any other file. */
export function nodeOfLog(name: string): string | null | undefined {
  const node = /^([^.]+)\.jsonl$/.exec(name)?.[1]
  return node === RUN_LOG ? null : node
}

/** Writes the records of a run into a file for each node. Never throws, and never waits. */
export class RunLogs {
  readonly #folder: string
  readonly #limits: LogLimits | undefined
  readonly #files = new Map<string | null, LogFile>()

  private constructor(folder: string, limits: LogLimits | undefined) {
    this.#folder = folder
    this.#limits = limits
  }

  /** @throws DaffiError those of the folder `.daffi` */
  static async open(project: string, pipeline: string, limits?: LogLimits): Promise<RunLogs> {
    return new RunLogs(await makeLogFolder(project, pipeline), limits)
  }

  readonly write = (record: LogRecord): void => {
    this.#fileOf(record.node).write(lineOf(record))
  }

  async close(): Promise<void> {
    await Promise.all([...this.#files.values()].map((file) => file.close()))
  }

  #fileOf(node: string | null): LogFile {
    const known = this.#files.get(node)
    if (known) return known
    const say = (level: 'info' | 'warn', text: string): void =>
      this.write(logRecord({ node: undefined, stream: 'daffi', level, text }))
    const trouble = {
      // The log of the run may still be written where one of a node is full of others' files.
      onBroken: (error: unknown) => {
        if (node !== null) say('warn', `the log of ${node} is not written: ${reasonOf(error, this.#folder)}`)
      },
      missing: (lost: number) => {
        const text = `${count(lost, 'line')} of the log are missing here: the disk was full, or slower than what was printed`
        return lineOf(logRecord({ node: node ?? undefined, stream: 'daffi', level: 'warn', text }))
      },
    }
    const file = new LogFile(logPath(this.#folder, node), trouble, this.#limits)
    this.#files.set(node, file)
    return file
  }
}

function reasonOf(error: unknown, folder: string): string {
  return messageOf(folderError(error, folder))
}

/** A record as a line of its file. */
function lineOf(record: LogRecord): string {
  return plainJsonText(JSON.stringify(record))
}
