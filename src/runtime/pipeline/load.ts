import { count } from '../core/count.js'
import { DaffiError } from '../core/errors.js'
import type { Plan } from '../core/plan.js'
import { checkPipeline, type CheckOptions } from './check.js'

/**
 * The plan of a pipeline file.
 * @throws DaffiError DAFFI_PIPELINE_INVALID, with every fault in `details.faults`; DAFFI_PIPELINE_NOT_FOUND,
 * DAFFI_PIPELINE_UNREADABLE
 */
export async function loadPipeline(file: string, options: CheckOptions = {}): Promise<Plan> {
  const { plan, faults } = await checkPipeline(file, options)
  if (plan) return plan
  const message = `${file} has ${count(faults.length, 'fault')}`
  throw new DaffiError('DAFFI_PIPELINE_INVALID', message, { details: { faults } })
}
