import { dirname } from 'node:path'
import { checkFile } from '../checks/files/sources.js'
import { checkTests } from '../checks/tests.js'
import type { Diagnostic } from '../diagnose/diagnostic.js'
import { buildTests } from '../plan/build-tests.js'
import { resolveFrom } from '../read/file-paths.js'
import { readText } from '../read/read-text.js'
import { testFile } from '../schema/test.js'
import { openDocument } from '../validate/open-document.js'
import { recordOf } from '../validate/parse-leniently.js'
import { partialTests } from '../validate/partial-tests.js'
import type { CheckSettings } from './check-pipeline.js'
import { checkWithContext } from './check-text.js'
import type { CheckedPipeline } from './checked-pipeline.js'
import { withinLimit } from './within-limit.js'

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
    (diagnostics) => ({ plan: undefined, tests: [], diagnostics }),
  )
}

async function check(file: string, text: string, settings: CheckSettings): Promise<CheckedPipeline> {
  const folder = dirname(file)
  const { document, diagnostics, readable, entry } = openDocument(file, text, settings.env, testFile)
  const refused = (ofPipeline: Diagnostic[] = []): CheckedPipeline => ({
    plan: undefined,
    tests: [],
    diagnostics: [...diagnostics.sorted(), ...ofPipeline],
  })
  if (!readable) return refused()
  const { pipeline } = recordOf(document.data())
  if (typeof pipeline !== 'string' || !(await checkFile(folder, pipeline, ['pipeline'], diagnostics)))
    return refused()
  const path = resolveFrom(folder, pipeline)
  const checked = await checkWithContext(path, await readText(path), settings)
  const { plan, context } = checked
  if (context) await checkTests(partialTests(document), { ...context, folder, diagnostics })
  if (!entry || !plan || !context || !diagnostics.isEmpty()) return refused(checked.diagnostics)
  const tests = buildTests({ entries: entry.tests, document, pipeline: plan, names: context.names })
  return { plan, tests, diagnostics: [] }
}
