import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DaffiError } from '../../core/errors.js'
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
  const usual = join(cwd, 'pipeline.yaml')
  if ((await kindOfPath(usual)) === 'file') return usual
  const [only, ...more] = await pipelinesIn(cwd)
  if (only !== undefined && more.length === 0) return join(cwd, only)
  const message =
    only === undefined
      ? `there is no pipeline.yaml in ${cwd}, and no pipeline in pipelines/`
      : `which pipeline? there are ${[only, ...more].join(', ')}`
  throw new DaffiError('DAFFI_PIPELINE_NOT_FOUND', message)
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

async function pipelinesIn(cwd: string): Promise<string[]> {
  return (await yamlFilesIn(cwd, 'pipelines')).filter((name) => !isTestFile(name))
}

async function yamlFilesIn(cwd: string, folder: string): Promise<string[]> {
  const names = await readdir(join(cwd, folder)).catch(() => [])
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name))
}
