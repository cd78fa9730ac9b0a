import { dirname } from 'node:path'
import type { Plan } from '../core/plan.js'
import { buildPlan } from './build-plan.js'
import { checkParts } from './checks/index.js'
import type { Fault } from './fault.js'
import { interpolate, type Environment } from './interpolate.js'
import { outlinePipeline } from './outline.js'
import { parsePipeline } from './parse.js'
import { readEntry } from './read-entry.js'
import { readText } from './read-text.js'
import { addSchemaFaults } from './schema-faults.js'
import { pipeline } from './schema/pipeline.js'

export interface CheckOptions {
  /** Values for `${NAME}`; this process's environment when absent. */
  env?: Environment | undefined
}

/** A plan without faults, or faults without a plan. */
export interface CheckedPipeline {
  plan: Plan | undefined
  faults: Fault[]
}

/**
 * Reads a pipeline file and finds everything that is wrong with it, and with the modules that it names;
 * no module is run.
 * @throws DaffiError DAFFI_PIPELINE_NOT_FOUND, DAFFI_PIPELINE_UNREADABLE
 */
export async function checkPipeline(
  file: string,
  { env = process.env }: CheckOptions = {},
): Promise<CheckedPipeline> {
  const { document, report } = parsePipeline(file, await readText(file))
  if (!report.isEmpty) return { plan: undefined, faults: report.sorted() }
  interpolate(document, env, report)
  const { entry, issues } = readEntry(document, pipeline)
  addSchemaFaults(document, issues, report)
  const { names, callbacks } = await checkParts(dirname(file), outlinePipeline(document), report)
  if (!entry || !callbacks || !report.isEmpty) return { plan: undefined, faults: report.sorted() }
  return { plan: buildPlan({ file, entry, document, names, callbacks }), faults: [] }
}
