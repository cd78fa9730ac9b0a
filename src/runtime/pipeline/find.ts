import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DaffiError } from '../core/errors.js'
import { kindOfPath, resolveFrom } from './paths.js'

export interface FindOptions {
  /** What the command line says. */
  argument?: string | undefined
  /** The working folder. */
  cwd?: string | undefined
  env?: Readonly<Record<string, string | undefined>> | undefined
  /** File of the project's running pipeline. */
  running?: string | undefined
}

/**
 * Which pipeline file is meant: the argument, else DAFFI_PIPELINE, else the running pipeline's, else
 * `pipeline.yaml` in the working folder, else the only file in `pipelines/`.
 * @throws DaffiError DAFFI_PIPELINE_NOT_FOUND, listing what was found
 */
export async function findPipelineFile(options: FindOptions = {}): Promise<string> {
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

async function pipelinesIn(cwd: string): Promise<string[]> {
  const names = await readdir(join(cwd, 'pipelines')).catch(() => [])
  return names
    .filter((name) => /\.ya?ml$/.test(name) && !/\.test\.ya?ml$/.test(name))
    .sort()
    .map((name) => `pipelines/${name}`)
}
