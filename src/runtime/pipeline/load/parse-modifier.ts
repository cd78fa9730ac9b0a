import { z } from 'zod'
import { DaffiError } from '../../core/errors.js'
import type { ModifierPlan } from '../../core/plan.js'
import { buildModifier } from '../plan/build-plan.js'
import { flattenIssues, knownKeysAsMessage } from '../validate/issues.js'
import { parsePipeline } from '../read/parse.js'
import { addSchemaFaults } from '../validate/schema-diagnostics.js'
import { modifier } from '../schema/modifier.js'

const entry = z.strictObject({ modifier })

/**
 * A modifier that is written as in a pipeline file, such as `BROADCAST` or `{ BG: { eta: 2s } }`.
 * @throws DaffiError DAFFI_USAGE
 */
export function parseModifier(text: string, defaultTimeoutMs: number): ModifierPlan {
  const { document, report } = parsePipeline('--modifier', `modifier: ${text}`)
  const parsed = report.isEmpty()
    ? entry.safeParse(document.data(), { error: knownKeysAsMessage })
    : undefined
  if (parsed?.success) return buildModifier(parsed.data.modifier, defaultTimeoutMs)
  if (parsed) addSchemaFaults(document, flattenIssues(parsed.error.issues), report)
  const [fault] = report.sorted()
  throw new DaffiError('DAFFI_USAGE', fault?.message ?? `${text} is no modifier`, {
    next: 'Write it as in a pipeline file; docs/pipeline.md lists them with their options.',
  })
}
