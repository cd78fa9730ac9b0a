import { dirname } from 'node:path'
import { buildPlan } from './build-plan.js'
import type { CheckedPipeline } from './check.js'
import { checkParts } from './checks/index.js'
import { interpolate, type Environment } from './interpolate.js'
import { outlinePipeline } from './outline.js'
import { parsePipeline } from './parse.js'
import { readEntry } from './read-entry.js'
import { addSchemaFaults } from './schema-faults.js'
import { pipeline } from './schema/pipeline.js'

/** From the text of a pipeline file to its faults or its plan. */
export async function checkText(file: string, text: string, env: Environment): Promise<CheckedPipeline> {
  const { document, report } = parsePipeline(file, text)
  if (!report.isEmpty()) return { plan: undefined, faults: report.sorted() }
  interpolate(document, env, report)
  const { entry, issues } = readEntry(document, pipeline)
  addSchemaFaults(document, issues, report)
  const { names, callbacks } = await checkParts(dirname(file), outlinePipeline(document), report)
  if (!entry || !callbacks || !report.isEmpty()) return { plan: undefined, faults: report.sorted() }
  return { plan: buildPlan({ file, entry, document, names, callbacks }), faults: [] }
}
