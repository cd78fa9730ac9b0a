import { dirname } from 'node:path'
import { DaffiError } from '../../core/errors.js'
import { checkFile } from '../checks/files/sources.js'
import { checkTests } from '../checks/tests/check-tests.js'
import { buildTests } from '../plan/build-tests.js'
import { readEnvironment } from '../read/env/environment.js'
import { resolveFrom } from '../read/file-paths.js'
import { readText } from '../read/read-text.js'
import { testFile } from '../schema/test.js'
import { openDocument } from '../validate/open-document.js'
import { recordOf } from '../validate/parse-leniently.js'
import { partialTests } from '../validate/partial-tests.js'
import type { CheckSettings } from './check-pipeline.js'
import { checkWithContext, REFUSED } from './check-text.js'
import type { CheckedPipeline } from './checked-pipeline.js'
import { withinLimit } from './within-limit.js'

/**
 * Turns a `*.test.yaml` into its tests, or into diagnostics of it and of the pipeline file that it names.
 * @throws DaffiError DAFFI_PIPELINE_NOT_FOUND, DAFFI_PIPELINE_UNREADABLE, and those of reading the environment; DAFFI_USAGE for a
 * test file that something is merged over
 */
export async function checkTestFile(file: string, settings: CheckSettings): Promise<CheckedPipeline> {
  const text = await readText(file)
  if (settings.overrides.length === 0) return checkTestText(file, text, settings)
  throw new DaffiError('DAFFI_USAGE', `${file} holds tests; only pipeline files are merged`, {
    next: 'Name test files as arguments, each for itself.',
  })
}

/**
 * Turns the text of a `*.test.yaml` into its tests, or into diagnostics of it and of the pipeline file that it names.
 * @throws DaffiError DAFFI_PIPELINE_UNREADABLE
 */
export async function checkTestText(
  file: string,
  text: string,
  settings: CheckSettings,
): Promise<CheckedPipeline> {
  return await withinLimit(
    () => check(file, text, settings),
    (diagnostics) => ({ ...REFUSED, diagnostics }),
  )
}

async function check(file: string, text: string, settings: CheckSettings): Promise<CheckedPipeline> {
  const folder = dirname(file)
  const env = await readEnvironment(file, settings.env, settings.envFiles)
  const { document, diagnostics, readable, entry } = openDocument([{ file, text }], env, testFile)
  const refused = (of?: CheckedPipeline): CheckedPipeline => ({
    ...REFUSED,
    profiles: of?.profiles,
    diagnostics: [...diagnostics.sorted(), ...(of?.diagnostics ?? [])],
  })
  if (!readable) return refused()
  const { pipeline } = recordOf(document.data())
  if (typeof pipeline !== 'string' || !(await checkFile(folder, pipeline, ['pipeline'], diagnostics)))
    return refused()
  const path = resolveFrom(folder, pipeline)
  const checked = await checkWithContext(path, settings)
  const { plan, profiles, context } = checked
  if (context) await checkTests(partialTests(document), { ...context, folder, diagnostics })
  if (!entry || !plan || !context || !diagnostics.isEmpty()) return refused(checked)
  const tests = buildTests({ entries: entry.tests, document, pipeline: plan, names: context.names })
  return { plan, tests, profiles, diagnostics: [] }
}
