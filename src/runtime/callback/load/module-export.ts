import { DaffiError } from '../../core/errors.js'
import type { LoadModule } from './loader.js'

/** One export of a module. */
export interface ExportPlan {
  file: string
  /** `default`, or the name of the export. */
  export: string
}

/**
 * Loads a module and gives one of its exports.
 * @throws DaffiError DAFFI_NO_EXPORT, with the names that it does export; DAFFI_MODULE_FAILED
 */
export async function loadExport(plan: ExportPlan, load: LoadModule): Promise<unknown> {
  const module = await load(plan.file)
  if (Object.hasOwn(module, plan.export)) return module[plan.export]
  const names = Object.keys(module)
  throw noExport(
    plan,
    `${plan.file} has no ${describeExport(plan)}; it exports ${names.length ? names.join(', ') : 'nothing'}`,
  )
}

export function describeExport(plan: ExportPlan): string {
  return plan.export === 'default' ? 'default export' : `export named ${plan.export}`
}

export function noExport(plan: ExportPlan, message: string): DaffiError {
  return new DaffiError('DAFFI_NO_EXPORT', message, { details: { module: plan.file, export: plan.export } })
}
