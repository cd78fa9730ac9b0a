import { dirname } from 'node:path'
import type { CheckContext } from '../checks/check-context.js'
import { checkImports } from '../checks/imports.js'
import { checkReferences } from '../checks/check-references.js'
import { checkTests } from '../checks/tests.js'
import { buildPlan } from '../plan/build-plan.js'
import { buildTests } from '../plan/build-tests.js'
import { pipeline } from '../schema/pipeline.js'
import { openDocument } from '../validate/open-document.js'
import { partialPipeline } from '../validate/partial-pipeline.js'
import { partialTests } from '../validate/partial-tests.js'
import type { CheckSettings } from './check-pipeline.js'
import type { CheckedPipeline } from './checked-pipeline.js'
import { withinLimit } from './within-limit.js'

/** Turns the text of a pipeline file into its plan and tests, or into diagnostics. */
export async function checkText(
  file: string,
  text: string,
  settings: CheckSettings,
): Promise<CheckedPipeline> {
  const { plan, tests, diagnostics } = await checkWithContext(file, text, settings)
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
  settings: CheckSettings,
): Promise<CheckedWithContext> {
  return await withinLimit(
    () => check(file, text, settings),
    (diagnostics) => ({ plan: undefined, tests: [], diagnostics, context: undefined }),
  )
}

async function check(file: string, text: string, settings: CheckSettings): Promise<CheckedWithContext> {
  const { document, diagnostics, readable, entry } = openDocument(file, text, settings.env, pipeline)
  const refused = (context?: CheckContext): CheckedWithContext => ({
    plan: undefined,
    tests: [],
    diagnostics: diagnostics.sorted(),
    context,
  })
  if (!readable) return refused()
  const context = await checkReferences(dirname(file), partialPipeline(document), diagnostics)
  if (settings.imports) await checkImports(context)
  await checkTests(partialTests(document), context)
  const { names, callbacks } = context
  if (!entry || !callbacks || !diagnostics.isEmpty()) return refused(context)
  const plan = buildPlan({ file, entry, document, names, callbacks })
  const tests = buildTests({ entries: entry.tests, document, pipeline: plan, names })
  return { plan, tests, diagnostics: [], context }
}
