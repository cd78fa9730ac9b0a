import { dirname } from 'node:path'
import type { CheckContext } from '../checks/check-context.js'
import { checkReferences } from '../checks/check-references.js'
import { checkTests } from '../checks/tests.js'
import { buildPlan } from '../plan/build-plan.js'
import { buildTests } from '../plan/build-tests.js'
import type { Environment } from '../read/interpolate.js'
import { pipeline } from '../schema/pipeline.js'
import { openDocument } from '../validate/open-document.js'
import { partialPipeline } from '../validate/partial-pipeline.js'
import { partialTests } from '../validate/partial-tests.js'
import type { CheckedPipeline } from './checked-pipeline.js'
import { withinLimit } from './within-limit.js'

/** Turns the text of a pipeline file into its plan and tests, or into diagnostics. */
export async function checkText(file: string, text: string, env: Environment): Promise<CheckedPipeline> {
  const { plan, tests, diagnostics } = await checkWithContext(file, text, env)
  return { plan, tests, diagnostics }
}

interface CheckedWithContext extends CheckedPipeline {
  /** Context that tests in another file are checked against; undefined when the file is not YAML. */
  context: CheckContext | undefined
}

/** Does what `checkText` does, and gives the context of the checks as well. */
export async function checkWithContext(
  file: string,
  text: string,
  env: Environment,
): Promise<CheckedWithContext> {
  return await withinLimit(
    () => check(file, text, env),
    (diagnostics) => ({ plan: undefined, tests: [], diagnostics, context: undefined }),
  )
}

async function check(file: string, text: string, env: Environment): Promise<CheckedWithContext> {
  const { document, diagnostics, readable, entry } = openDocument(file, text, env, pipeline)
  const refused = (context?: CheckContext): CheckedWithContext => ({
    plan: undefined,
    tests: [],
    diagnostics: diagnostics.sorted(),
    context,
  })
  if (!readable) return refused()
  const context = await checkReferences(dirname(file), partialPipeline(document), diagnostics)
  await checkTests(partialTests(document), context)
  const { names, callbacks } = context
  if (!entry || !callbacks || !diagnostics.isEmpty()) return refused(context)
  const plan = buildPlan({ file, entry, document, names, callbacks })
  const tests = buildTests({ entries: entry.tests, document, pipeline: plan, names })
  return { plan, tests, diagnostics: [], context }
}
