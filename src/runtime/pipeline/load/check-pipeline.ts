import { isTestFile } from '../read/file-paths.js'
import type { Environment } from '../read/interpolate.js'
import { readText } from '../read/read-text.js'
import type { CheckedPipeline } from './checked-pipeline.js'

export interface CheckOptions {
  /** Values for `${NAME}`. @default process.env */
  env?: Environment | undefined
  /**
   * Whether what the modules import is checked, too. It needs to be there only where their nodes run, and takes time.
   * @default false
   */
  imports?: boolean
}

/** Options of a check with the defaults filled in. */
export type CheckSettings = { env: Environment } & Pick<CheckOptions, 'imports'>

/**
 * Reads a pipeline file, or a `*.test.yaml` and the pipeline file that it names, and reports everything that is wrong
 * with it and with the modules that it names. No module is run.
 * @throws DaffiError DAFFI_PIPELINE_NOT_FOUND, DAFFI_PIPELINE_UNREADABLE
 */
export async function checkPipeline(
  file: string,
  { env = process.env, imports = false }: CheckOptions = {},
): Promise<CheckedPipeline> {
  const settings = { env, imports }
  const text = await readText(file)
  // Imported here, as the YAML parser and the schema take longer to load than the rest of the library.
  if (isTestFile(file)) return (await import('./check-test-text.js')).checkTestText(file, text, settings)
  return (await import('./check-text.js')).checkText(file, text, settings)
}
