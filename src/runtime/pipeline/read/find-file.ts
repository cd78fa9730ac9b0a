import { readdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { DaffiError } from '../../core/errors.js'
import { findProject } from '../../core/project/project.js'
import { isTestFile, kindOfPath, resolveFrom } from './file-paths.js'

export interface FindFileOptions {
  /** File named on the command line. */
  argument?: string | undefined
  /** Working folder. @default process.cwd() */
  cwd?: string | undefined
  /** Environment that may hold DAFFI_PIPELINE. @default process.env */
  env?: Readonly<Record<string, string | undefined>> | undefined
  /** Pipeline file of the project's running pipeline. */
  running?: string | undefined
}

/**
 * Finds the pipeline file that a command means: the argument, else DAFFI_PIPELINE, else the running pipeline's, else
 * `pipeline.yaml` in the working folder, else the only file in `pipelines/`.
 * @throws DaffiError DAFFI_PIPELINE_NOT_FOUND, listing the candidates
 */
export async function findPipelineFile(options: FindFileOptions = {}): Promise<string> {
  const { argument, cwd = process.cwd(), env = process.env, running } = options
  const named = argument ?? (env.DAFFI_PIPELINE || running)
  if (named !== undefined) return resolveFrom(cwd, named)
  const [only, ...more] = await candidatesIn(cwd)
  if (only !== undefined && more.length === 0) return join(cwd, only)
  if (only !== undefined)
    throw new DaffiError(
      'DAFFI_PIPELINE_NOT_FOUND',
      `which pipeline? there are ${[only, ...more].join(', ')}`,
    )
  const above = await candidateAbove(cwd)
  const message = `there is no pipeline.yaml in ${cwd}, and no pipeline in pipelines/`
  throw new DaffiError('DAFFI_PIPELINE_NOT_FOUND', message, {
    next:
      above === undefined
        ? 'Make a first pipeline with daffi init. If there is one elsewhere, give its path, or set the environment variable DAFFI_PIPELINE to it.'
        : `There is ${above}: name it on the command line.`,
  })
}

/** The files in a folder that a command can mean without naming one. */
async function candidatesIn(folder: string): Promise<string[]> {
  const usual = 'pipeline.yaml'
  if ((await kindOfPath(join(folder, usual))) === 'file') return [usual]
  return (await yamlFilesIn(folder, 'pipelines')).filter((name) => !isTestFile(name))
}

/** The path of a pipeline in a folder of the project above this one, in which somebody may believe to be. */
async function candidateAbove(cwd: string): Promise<string | undefined> {
  const project = findProject(join(cwd, 'pipeline.yaml'))
  for (let folder = cwd; folder !== project && folder !== dirname(folder);) {
    folder = dirname(folder)
    const [first] = await candidatesIn(folder)
    if (first !== undefined) return relative(cwd, join(folder, first))
  }
  return undefined
}

/**
 * Finds the files that may hold tests: all YAML files in `pipelines/`, pipeline files included; when there are none,
 * `pipeline.yaml` and the `*.test.yaml` of the working folder.
 */
export async function findTestFiles(cwd = process.cwd()): Promise<string[]> {
  const found = await yamlFilesIn(cwd, 'pipelines')
  if (found.length > 0) return found
  return (await yamlFilesIn(cwd, '.')).filter((name) => name === 'pipeline.yaml' || isTestFile(name))
}

async function yamlFilesIn(cwd: string, folder: string): Promise<string[]> {
  const names = await readdir(join(cwd, folder)).catch(() => [])
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name))
}
