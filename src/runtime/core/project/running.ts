import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stateFolder } from './project.js'

/** A pipeline that a process of this project runs, whole or in part. */
export interface RunningPipeline {
  name: string
  /** The pipeline file. */
  file: string
}

/** Says that this process runs the pipeline, for commands that are given no file. Returns what takes it back. */
export async function announcePipeline(
  project: string,
  pipeline: RunningPipeline,
): Promise<() => Promise<void>> {
  const folder = join(await stateFolder(project), 'running')
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${process.pid}.json`)
  await writeFile(path, JSON.stringify({ name: pipeline.name, file: pipeline.file }))
  return () => rm(path, { force: true })
}

/** The pipeline that runs in the project; undefined when there is none, or more than one. */
export async function runningPipeline(project: string): Promise<RunningPipeline | undefined> {
  const folder = join(project, '.daffi', 'running')
  const names = await readdir(folder).catch(() => [])
  const alive = names.filter((name) => isAlive(Number.parseInt(name)))
  const found = await Promise.all(alive.map((name) => read(join(folder, name))))
  const [first, ...others] = found.filter((each) => each !== undefined)
  return first && others.every(({ file }) => file === first.file) ? first : undefined
}

async function read(path: string): Promise<RunningPipeline | undefined> {
  try {
    const { name, file } = JSON.parse(await readFile(path, 'utf8')) as Partial<RunningPipeline>
    return typeof name === 'string' && typeof file === 'string' ? { name, file } : undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    return Number.isInteger(pid) && process.kill(pid, 0)
  } catch {
    return false
  }
}
