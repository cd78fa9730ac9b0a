import { isTestFile } from '../read/file-paths.js'
import type { PipelineInputs } from '../../core/plan/plan.js'
import type { Environment } from '../read/interpolate.js'
import type { CheckedPipeline } from './checked-pipeline.js'

export interface CheckOptions extends Partial<PipelineInputs> {
  /** Values for `${NAME}`. @default process.env */
  env?: Environment | undefined
  /**
   * Whether what the modules import is checked, too. It needs to be there only where their nodes run, and takes time.
   * @default false
   */
  imports?: boolean
}

/** Options of a check with the defaults filled in. */
export type CheckSettings = Required<Omit<CheckOptions, 'env'>> & { env: Environment }

/**
 * Reads a pipeline file, or a `*.test.yaml` and the pipeline file that it names, and reports everything that is wrong
 * with it and with the modules that it names. No module is run.
 * @throws DaffiError DAFFI_PIPELINE_NOT_FOUND, DAFFI_PIPELINE_UNREADABLE
 */
export async function checkPipeline(file: string, options: CheckOptions = {}): Promise<CheckedPipeline> {
  const settings = settingsOf(options)
  // Imported here, as the YAML parser and the schema take longer to load than the rest of the library.
  if (isTestFile(file)) return (await import('./check-test-text.js')).checkTestFile(file, settings)
  return (await import('./check-text.js')).checkFile(file, settings)
}

/** Options with the defaults filled in. */
export function settingsOf({
  env = process.env,
  imports = false,
  overrides = [],
  envFiles = [],
  profiles = [],
  nodes = [],
}: CheckOptions): CheckSettings {
  return { env, imports, overrides, envFiles, profiles, nodes }
}
