import { dirname } from 'node:path'
import type { CheckedPipeline } from './checked-pipeline.js'
import { checkWhole } from './check-text.js'
import { checkFile } from '../checks/sources.js'
import type { Environment } from '../read/interpolate.js'
import { openDocument } from '../validate/open-document.js'
import { recordOf } from '../validate/partial-pipeline.js'
import { resolveFrom } from '../read/file-paths.js'
import { readText } from '../read/read-text.js'
import { testFile } from '../schema/test.js'
import { buildTests } from '../plan/build-tests.js'
import { checkTests } from '../checks/tests.js'
import { outlineTests } from '../validate/partial-tests.js'

/**
 * From the text of a `*.test.yaml` to its tests, or to its faults and those of the pipeline file that it names.
 * @throws DaffiError DAFFI_PIPELINE_UNREADABLE
 */
export async function checkTestText(file: string, text: string, env: Environment): Promise<CheckedPipeline> {
  const folder = dirname(file)
  const { document, report, readable, entry } = openDocument(file, text, env, testFile)
  const faulty = (others: CheckedPipeline['faults'] = []): CheckedPipeline => ({
    plan: undefined,
    tests: [],
    faults: [...report.sorted(), ...others],
  })
  if (!readable) return faulty()
  const { pipeline } = recordOf(document.data())
  if (typeof pipeline !== 'string' || !(await checkFile(folder, pipeline, ['pipeline'], report)))
    return faulty()
  const path = resolveFrom(folder, pipeline)
  const { plan, faults, context } = await checkWhole(path, await readText(path), env)
  if (context) await checkTests(outlineTests(document), { ...context, folder, report })
  if (!entry || !plan || !context || !report.isEmpty()) return faulty(faults)
  const tests = buildTests({ entries: entry.tests, document, pipeline: plan, names: context.names })
  return { plan, tests, faults: [] }
}
