import { readdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { toErrorRecord, type ErrorRecord } from '../core/errors.js'
import {
  isBoolean,
  isCount,
  isErrorRecord,
  isMeasure,
  isName,
  isText,
  listOf,
  mapOf,
  orNull,
} from '../core/message/forms.js'
import { parseJson } from '../core/message/parse-json.js'
import type { PipelineInputs } from '../core/plan/plan.js'
import { isOurPrivateFolder } from '../core/ownership/owner.js'
import { isRunning, ownIdentity, type ProcessIdentity } from '../core/process/process-identity.js'
import { inFolder } from '../core/project/folder-error.js'
import { makeFolders } from '../core/ownership/make-folders.js'
import { stateFolder } from '../core/project/project.js'
import { replaceFile } from '../core/project/replace-file.js'

/** Name and file of a pipeline of which a process of this project runs some or all nodes. */
export interface PipelineRef {
  name: string
  /** Path of the pipeline file. */
  file: string
  /** Choices with which it was read; paths are absolute. */
  inputs: PipelineInputs
}

/** End of a run, as its own process has written it down. */
export interface RunEnd {
  /** Milliseconds since 1970. */
  time: number
  error: ErrorRecord | null
  /** Account of its calls and streams, as its supervisor has made it; null when it failed before it had one. */
  result: unknown
}

/** A file of `.daffi/running`, which tells of one run of this project. */
export interface RunFile extends PipelineRef {
  id: string
  host: string
  process: ProcessIdentity
  /** Start of the run in milliseconds since 1970. */
  since: number
  /** Whether it runs without a terminal, by `up -d`. */
  background: boolean
  /** Whether it uses the project's own server. */
  ownServer: boolean
  /** Null while it runs, and for ever when its process was killed. */
  ended: RunEnd | null
}

/**
 * `lives`: its process does. `elsewhere`: it was started on another machine, or in a container with a name of its own, and whether its
 * process lives cannot be known here. `ended`: in order. `gone`: its process was killed, and could write nothing down.
 */
export type RunFileState = 'lives' | 'elsewhere' | 'ended' | 'gone'

const isRunFile = mapOf<RunFile>({
  name: isName,
  file: isText,
  inputs: mapOf<PipelineInputs>({
    overrides: listOf(isText),
    envFiles: listOf(isText),
    profiles: listOf(isText),
    nodes: listOf(isText),
  }),
  id: isName,
  host: isText,
  process: mapOf<ProcessIdentity>({ pid: isCount, processTable: isText, started: orNull(isMeasure) }),
  since: isMeasure,
  background: isBoolean,
  ownServer: isBoolean,
  ended: orNull(mapOf<RunEnd>({ time: isMeasure, error: orNull(isErrorRecord), result: () => true })),
})

/** The file of a run of this process, from the run's start to its end. */
export class OwnRun {
  private constructor(
    readonly about: RunFile,
    private readonly path: string,
  ) {}

  /**
   * Writes down that this process runs the pipeline, so that commands find it. Files of its earlier runs that are over go.
   * @throws DaffiError those of the folder `.daffi`
   */
  static async begin(
    project: string,
    pipeline: PipelineRef,
    { background, ownServer }: Pick<RunFile, 'background' | 'ownServer'>,
  ): Promise<OwnRun> {
    const folder = join(await stateFolder(project), 'running')
    await forgetEnded(project, pipeline.name)
    const about: RunFile = {
      name: pipeline.name,
      file: pipeline.file,
      inputs: pipeline.inputs,
      id: randomBytes(4).toString('hex'),
      host: hostname(),
      process: ownIdentity(),
      since: Date.now(),
      background,
      ownServer,
      ended: null,
    }
    const run = new OwnRun(about, join(folder, `${about.id}.json`))
    await inFolder(folder, async () => {
      makeFolders(folder)
      await run.#write(about)
    })
    return run
  }

  /**
   * Removes the file or, of a run in the background, writes down how it ended, with its account. When the disk is full, the file stays that of a run
   * that was killed.
   */
  async end(error: unknown, result: unknown = null): Promise<void> {
    if (!this.about.background) return rm(this.path, { force: true })
    const record = error === undefined ? null : toErrorRecord(error)
    await this.#write({ ...this.about, ended: { time: Date.now(), error: record, result } }).catch(
      () => undefined,
    )
  }

  #write(content: RunFile): Promise<void> {
    return replaceFile(this.path, JSON.stringify(content), 0o600)
  }
}

/** Runs of a project that its files tell of, the oldest first; none when `.daffi` is not ours. */
export async function readRunFiles(project: string): Promise<RunFile[]> {
  const state = join(project, '.daffi')
  if (!isOurPrivateFolder(state)) return []
  const folder = join(state, 'running')
  const names = await readdir(folder).catch(() => [])
  const texts = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .map((name) => readFile(join(folder, name), 'utf8').catch(() => '')),
  )
  return texts
    .map(parseJson)
    .filter(isRunFile)
    .sort((a, b) => a.since - b.since)
}

/** State of a run, as far as it is known here. A process table of this machine's name was there before a restart of the machine, or of the container. */
export function stateOfRun({ process, host, ended }: RunFile): RunFileState {
  if (ended) return 'ended'
  const lives = isRunning(process)
  if (lives === undefined && host !== hostname()) return 'elsewhere'
  return lives ? 'lives' : 'gone'
}

/** Whether a run is over, as far as is known. */
export function isOverHere(run: RunFile): boolean {
  const state = stateOfRun(run)
  return state === 'ended' || state === 'gone'
}

/** Removes the files of a pipeline's runs that are over. */
export async function forgetEnded(project: string, pipeline: string): Promise<void> {
  const over = (await readRunFiles(project)).filter((run) => run.name === pipeline && isOverHere(run))
  for (const { id } of over) await forgetRun(project, id)
}

/** Removes the file of a run, whatever becomes of it. */
export async function forgetRun(project: string, id: string): Promise<void> {
  await rm(join(project, '.daffi', 'running', `${id}.json`), { force: true })
}

/** The pipeline that is running in the project; undefined when there is none, or more than one, or `.daffi` is not ours. */
export async function runningPipeline(project: string): Promise<PipelineRef | undefined> {
  const alive = (await readRunFiles(project)).filter((run) => !isOverHere(run))
  const [first, ...others] = alive
  if (!first || others.some(({ file }) => file !== first.file)) return undefined
  return { name: first.name, file: first.file, inputs: first.inputs }
}
