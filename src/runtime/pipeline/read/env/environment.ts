import { dirname, join, resolve } from 'node:path'
import { DaffiError } from '../../../core/errors.js'
import { faultOnTheWay, notOurs } from '../../../core/ownership/ours.js'
import type { Diagnostic } from '../../diagnose/diagnostic.js'
import { kindOfPath } from '../file-paths.js'
import type { Environment } from '../interpolate.js'
import { readEnvFile } from './env-file.js'

/** The values that a pipeline file is read with. */
export interface PipelineEnvironment {
  values: Environment
  /** Files that they come from, or would if they were there. */
  files: string[]
  diagnostics: Diagnostic[]
}

/**
 * Reads the values for a pipeline file: those of the command's own environment go before those of files. The files are the named
 * ones, of which a later one goes before an earlier, or without any `.env` beside the pipeline file, which has to be its user's.
 * @throws DaffiError DAFFI_ENV_UNREADABLE, DAFFI_NOT_OURS
 */
export async function readEnvironment(
  pipelineFile: string,
  env: Environment,
  named: readonly string[],
): Promise<PipelineEnvironment> {
  const usual = join(dirname(pipelineFile), '.env')
  const files = named.length > 0 ? named : [usual]
  const diagnostics: Diagnostic[] = []
  let values: Record<string, string> | undefined
  for (const file of files) {
    if (named.length === 0) {
      if ((await kindOfPath(file)) !== 'file') continue
      const foreign = faultOfEnvFile(file)
      if (foreign) throw notOurs(foreign)
    }
    const read = await readEnvFile(file, env, values)
    if ('fault' in read) throw new DaffiError('DAFFI_ENV_UNREADABLE', `${file} cannot be read: ${read.fault}`)
    diagnostics.push(...read.diagnostics)
    values = { ...values, ...read.values }
  }
  return { values: values ? { ...values, ...definedIn(env) } : env, files: [...files], diagnostics }
}

function definedIn(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined))
}

/** Why an environment file that nobody named on the command line is not its user's; undefined when it is. */
export function faultOfEnvFile(file: string) {
  const path = resolve(file)
  return faultOnTheWay(path, dirname(path))
}
