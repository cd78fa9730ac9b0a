import { DaffiError } from '../../runtime/core/errors.js'
import type { BinaryName, PassedOver, Search } from '../../runtime/index.js'
import { asDaffiError } from './as-daffi-error.js'

export interface BinaryFinding {
  state: 'found' | 'will be fetched' | 'missing'
  version: string | null
  origin: string | null
  path: string | null
  /** Programs that exist but are not used. */
  passedOver: PassedOver[]
  /** The package that would be fetched. */
  package: string | null
  /** Uses for which the program is too old. */
  warning: string | null
}

/** Looks for a program without fetching it. Adds the reasons why there can be none to `problems`. */
export async function findingOfBinary(
  name: BinaryName,
  project: string,
  problems: DaffiError[],
): Promise<BinaryFinding> {
  const { hasNpm, packageToFetch, searchBinary, warningOfFetched } = await import('../../runtime/index.js')
  const toFetch = packageToFetch(name) ?? null
  const nothing = { version: null, origin: null, path: null, passedOver: [], package: toFetch, warning: null }
  let search: Search
  try {
    search = await searchBinary(name, { project })
  } catch (error) {
    problems.push(asDaffiError(error))
    return { ...nothing, state: 'missing' }
  }
  const { binary, passedOver } = search
  if (binary) {
    const { version, origin, path, warning = null } = binary
    return { state: 'found', version, origin, path, passedOver, package: toFetch, warning }
  }
  const problem = toFetch === null ? noBuild(name) : (await hasNpm(project)) ? undefined : noNpm(name)
  if (problem) problems.push(problem)
  if (problem) return { ...nothing, state: 'missing', passedOver }
  return { ...nothing, state: 'will be fetched', passedOver, warning: warningOfFetched(name) ?? null }
}

function noBuild(name: BinaryName): DaffiError {
  const message = `${name} is not installed, and no build of it is known for this platform`
  return new DaffiError('DAFFI_BINARY_UNSUPPORTED', message)
}

function noNpm(name: BinaryName): DaffiError {
  const message = `${name} would be fetched through npm, and npm is not on the PATH`
  return new DaffiError('DAFFI_FETCH_FAILED', message, { next: `Install npm, or install ${name} itself.` })
}
