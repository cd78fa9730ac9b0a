import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive } from '../is-alive.js'
import { inFolder } from './folder-error.js'
import { isOurPrivateFolder } from '../ownership/ours.js'
import type { PipelineInputs } from '../plan/plan.js'
import { stateFolder } from './project.js'

/** Name and file of a pipeline of which a process of this project runs some or all nodes. */
export interface PipelineRef {
  name: string
  /** Path of the pipeline file. */
  file: string
  /** Choices with which it was read; paths are absolute. */
  inputs: Pick<PipelineInputs, 'overrides' | 'envFiles' | 'profiles'>
}

/**
 * Records that this process runs the pipeline, so that commands without a file argument find it.
 * @returns a function that removes the record
 */
export async function announcePipeline(project: string, pipeline: PipelineRef): Promise<() => Promise<void>> {
  const folder = join(await stateFolder(project), 'running')
  const path = join(folder, `${process.pid}.json`)
  await inFolder(folder, async () => {
    await mkdir(folder, { recursive: true })
    const { name, file, inputs } = pipeline
    const { overrides, envFiles, profiles } = inputs
    await writeFile(path, JSON.stringify({ name, file, inputs: { overrides, envFiles, profiles } }))
  })
  return () => rm(path, { force: true })
}

/** The pipeline that is running in the project; undefined when there is none, or more than one, or `.daffi` is not ours. */
export async function runningPipeline(project: string): Promise<PipelineRef | undefined> {
  const state = join(project, '.daffi')
  if (!isOurPrivateFolder(state)) return undefined
  const folder = join(state, 'running')
  const names = await readdir(folder).catch(() => [])
  const alive = names.filter((name) => isAlive(Number.parseInt(name)))
  const found = await Promise.all(alive.map((name) => read(join(folder, name))))
  const [first, ...others] = found.filter((each) => each !== undefined)
  return first && others.every(({ file }) => file === first.file) ? first : undefined
}

async function read(path: string): Promise<PipelineRef | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(path, 'utf8'))
    return isRef(record) ? record : undefined
  } catch {
    return undefined
  }
}

function isRef(record: unknown): record is PipelineRef {
  const { name, file, inputs } = (record ?? {}) as Partial<PipelineRef>
  const { overrides, envFiles, profiles } = inputs ?? {}
  return (
    typeof name === 'string' && typeof file === 'string' && [overrides, envFiles, profiles].every(areTexts)
  )
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}
