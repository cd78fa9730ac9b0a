import { createRequire } from 'node:module'
import { sep } from 'node:path'
import { DaffiError, messageOf } from '../errors.js'
import { assertOurs, faultOnTheWay, notOurs } from '../ownership/ours.js'

/**
 * Loads a package that an installation may lack, as an optional dependency. Node then looks for it in all folders above, some
 * of which may be another user's; so it is loaded only when it is ours.
 * @param load imports the package
 * @throws DaffiError DAFFI_MISSING_PACKAGE, DAFFI_NOT_OURS
 */
export async function optionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    assertPackageIsOurs(createRequire(import.meta.url).resolve(name))
    return await load()
  } catch (cause) {
    if (cause instanceof DaffiError) throw cause
    throw new DaffiError('DAFFI_MISSING_PACKAGE', `the package ${name} does not load: ${messageOf(cause)}`, {
      cause,
      next: `Install it with npm install ${name}.`,
    })
  }
}

/**
 * @param file a file of the package, below some node_modules
 * @throws DaffiError DAFFI_NOT_OURS
 */
export function assertPackageIsOurs(file: string): void {
  const [base = ''] = file.split(`${sep}node_modules${sep}`)
  assertOurs(base)
  const fault = faultOnTheWay(file, base)
  if (fault) throw notOurs(fault)
}
