import { DaffiError, messageOf } from '../errors.js'

/**
 * Loads a package that an installation may lack, as an optional dependency.
 * @param load imports the package
 * @throws DaffiError DAFFI_MISSING_PACKAGE
 */
export async function optionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    throw new DaffiError('DAFFI_MISSING_PACKAGE', `the package ${name} does not load: ${messageOf(cause)}`, {
      cause,
      next: `Install it with npm install ${name}.`,
    })
  }
}
