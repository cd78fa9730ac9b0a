import { dirname } from 'node:path'
import type { Plan } from '../../core/plan.js'
import { buildPlan } from '../plan/build-plan.js'
import type { CheckedPipeline } from './checked-pipeline.js'
import type { CheckContext } from '../checks/check-context.js'
import { checkParts } from '../checks/check-parts.js'
import type { Fault } from '../diagnose/diagnostic.js'
import type { Environment } from '../read/interpolate.js'
import { openDocument } from '../validate/open-document.js'
import { outlinePipeline } from '../validate/partial-pipeline.js'
import { pipeline } from '../schema/pipeline.js'
import { buildTests } from '../plan/build-tests.js'
import { checkTests } from '../checks/tests.js'
import { outlineTests } from '../validate/partial-tests.js'

/** From the text of a pipeline file to its faults or its plan and tests. */
export async function checkText(file: string, text: string, env: Environment): Promise<CheckedPipeline> {
  const { plan, tests, faults } = await checkWhole(file, text, env)
  return { plan, tests, faults }
}

interface CheckedWhole extends CheckedPipeline {
  plan: Plan | undefined
  faults: Fault[]
  /** What tests in another file are checked against; undefined when the file is no YAML. */
  context: CheckContext | undefined
}

/** The same, with what was found on the way. */
export async function checkWhole(file: string, text: string, env: Environment): Promise<CheckedWhole> {
  const { document, report, readable, entry } = openDocument(file, text, env, pipeline)
  const faulty = (context?: CheckContext): CheckedWhole => ({
    plan: undefined,
    tests: [],
    faults: report.sorted(),
    context,
  })
  if (!readable) return faulty()
  const context = await checkParts(dirname(file), outlinePipeline(document), report)
  await checkTests(outlineTests(document), context)
  const { names, callbacks } = context
  if (!entry || !callbacks || !report.isEmpty()) return faulty(context)
  const plan = buildPlan({ file, entry, document, names, callbacks })
  const tests = buildTests({ entries: entry.tests, document, pipeline: plan, names })
  return { plan, tests, faults: [], context }
}
