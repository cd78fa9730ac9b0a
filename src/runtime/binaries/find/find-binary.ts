import { abortError } from '../../core/abort.js'
import { DaffiError, messageOf } from '../../core/errors.js'
import type { Binary, BinaryName } from './binary.js'
import { type Candidate, candidates } from './candidates.js'
import { CATALOG } from './catalog.js'
import { askVersion } from './ask-version.js'

export interface FindOptions {
  signal?: AbortSignal | undefined
}

/** A program that is there but cannot be used, with the reason. */
export interface PassedOver extends Candidate {
  reason: string
}

export interface Search {
  binary: Binary | undefined
  passedOver: PassedOver[]
}

/**
 * Looks for a program, without fetching it: the path given by the environment, an installed package, the PATH,
 * the cache. One that does not run or is too old is passed over.
 * @throws DaffiError DAFFI_BINARY_UNUSABLE when the environment names a program that cannot be used
 */
export async function searchBinary(name: BinaryName, { signal }: FindOptions = {}): Promise<Search> {
  const passedOver: PassedOver[] = []
  for await (const candidate of candidates(name)) {
    try {
      const version = await askVersion(name, candidate.path, signal)
      return { binary: { name, ...candidate, version }, passedOver }
    } catch (error) {
      if (signal?.aborted) throw abortError(signal, `looking for ${name}`)
      if (candidate.origin === 'environment') throw unusable(name, candidate.path, error)
      passedOver.push({ ...candidate, reason: messageOf(error) })
    }
  }
  return { binary: undefined, passedOver }
}

/**
 * The program that would be used, or undefined when it would have to be fetched.
 * @throws DaffiError DAFFI_BINARY_UNUSABLE
 */
export async function findBinary(name: BinaryName, options: FindOptions = {}): Promise<Binary | undefined> {
  return (await searchBinary(name, options)).binary
}

function unusable(name: BinaryName, path: string, cause: unknown): DaffiError {
  const { variable } = CATALOG[name]
  return new DaffiError('DAFFI_BINARY_UNUSABLE', `${variable}: ${path}: ${messageOf(cause)}`, {
    cause,
    next: `Correct ${variable}, or unset it and daffi looks for ${name} itself.`,
  })
}
