import { dirname } from 'node:path'
import type { CheckContext } from '../checks/check-context.js'
import { checkImports } from '../checks/imports.js'
import { checkReferences } from '../checks/check-references.js'
import { readNodeEnvironments } from '../checks/files/env-files.js'
import { inactiveNodes, profilesIn, withoutNodes } from '../validate/profiles.js'
import { checkTests } from '../checks/tests/check-tests.js'
import { buildConfig } from '../plan/build-config.js'
import { buildPlan } from '../plan/build-plan.js'
import { buildTests } from '../plan/build-tests.js'
import { readEnvironment } from '../read/env/environment.js'
import { readText } from '../read/read-text.js'
import { pipeline } from '../schema/pipeline.js'
import { openDocument } from '../validate/open-document.js'
import { partialPipeline } from '../validate/partial-pipeline.js'
import { partialTests } from '../validate/partial-tests.js'
import type { CheckSettings } from './check-pipeline.js'
import type { CheckedPipeline } from './checked-pipeline.js'
import { withinLimit } from './within-limit.js'

/**
 * Turns a pipeline file into its plan and tests, or into diagnostics.
 * @throws DaffiError DAFFI_PIPELINE_NOT_FOUND, DAFFI_PIPELINE_UNREADABLE, DAFFI_ENV_UNREADABLE, DAFFI_NOT_OURS
 */
export async function checkFile(file: string, settings: CheckSettings): Promise<CheckedPipeline> {
  const { plan, tests, profiles, diagnostics } = await checkWithContext(file, settings)
  return { plan, tests, profiles, diagnostics }
}

interface CheckedWithContext extends CheckedPipeline {
  /** Context that tests in another file are checked against; undefined when the file is not YAML. */
  context: CheckContext | undefined
  /** Makes the pipeline as it is understood; absent when there are diagnostics. */
  config?: () => Record<string, unknown>
}

/** Does what `checkFile` does, and gives the context of the checks as well. */
export async function checkWithContext(file: string, settings: CheckSettings): Promise<CheckedWithContext> {
  return await withinLimit(
    () => check(file, settings),
    (diagnostics) => ({ ...REFUSED, diagnostics, context: undefined }),
  )
}

/** Parts of a pipeline that is refused: none. */
export const REFUSED = { plan: undefined, tests: [], profiles: undefined }

async function check(file: string, settings: CheckSettings): Promise<CheckedWithContext> {
  const folder = dirname(file)
  const textOf = async (path: string) => ({ file: path, text: await readText(path) })
  const first = await textOf(file)
  const others = await Promise.all(settings.overrides.map(textOf))
  const env = await readEnvironment(file, settings.env, settings.envFiles)
  const { document, diagnostics, readable, entry } = openDocument([first, ...others], env, pipeline)
  if (!readable) return { ...REFUSED, diagnostics: diagnostics.sorted(), context: undefined }
  const whole = partialPipeline(document)
  let context = await checkReferences(folder, whole, diagnostics)
  const inactive = inactiveNodes(whole, context.names, settings)
  if (settings.imports) await checkImports(context)
  // The nodes that take part have to be a pipeline by themselves.
  if (inactive.length > 0 && diagnostics.isEmpty())
    context = await checkReferences(folder, withoutNodes(whole, inactive), diagnostics, inactive)
  const nodeEnvs = await readNodeEnvironments(context.pipeline.nodes, folder, env.values, diagnostics)
  await checkTests(partialTests(document), context)
  const { names, callbacks } = context
  const profiles = profilesIn(whole)
  if (!entry || !callbacks || !diagnostics.isEmpty())
    return { ...REFUSED, profiles, diagnostics: diagnostics.sorted(), context }
  const { overrides, profiles: active, nodes } = settings
  const inputs = { overrides, envFiles: settings.envFiles, profiles: active, nodes }
  const envFiles = env.files
  const plan = buildPlan({ file, entry, document, names, callbacks, inactive, nodeEnvs, inputs, envFiles })
  const tests = buildTests({ entries: entry.tests, document, pipeline: plan, names })
  const { callbackFolders } = plan
  const config = () => buildConfig({ document, folder, callbackFolders, inactive, nodeEnvs })
  return { plan, tests, profiles, diagnostics: [], context, config }
}
