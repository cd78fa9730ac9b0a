import { abortError } from '../../core/abort.js'
import { DaffiError, messageOf } from '../../core/errors.js'
import { findProject } from '../../core/project/project.js'
import type { Binary, BinaryName } from './binary.js'
import { type Candidate, candidates, type JudgedCandidate } from './candidates.js'
import { buildFor, CATALOG } from './catalog.js'
import { askVersion } from './ask-version.js'
import { checkCached } from './pinned.js'

export interface FindBinaryOptions {
  /** Folder whose packages may have the program. @default the project of the working folder */
  project?: string | undefined
  signal?: AbortSignal | undefined
}

/** A file that was found but cannot be used, with the reason. */
export interface PassedOver extends Candidate {
  reason: string
}

/** Result of a search: the first program that works, and the candidates before it that do not. */
export interface Search {
  binary: Binary | undefined
  passedOver: PassedOver[]
}

/**
 * Searches for a program without fetching it: in the environment variable, installed packages, the PATH and the cache. A
 * candidate that does not run, is too old, is not ours or not the pinned one is passed over.
 * @throws DaffiError DAFFI_BINARY_UNUSABLE when the environment variable names a program that cannot be used
 */
export async function searchBinary(
  name: BinaryName,
  { project = findProject(), signal }: FindBinaryOptions = {},
): Promise<Search> {
  const passedOver: PassedOver[] = []
  for await (const { fault, ...candidate } of candidates(name, project)) {
    try {
      await mayRun(name, { fault, ...candidate })
      const answer = await askVersion(name, candidate.path, signal)
      return { binary: { name, ...candidate, ...answer }, passedOver }
    } catch (error) {
      if (signal?.aborted) throw abortError(signal, `looking for ${name}`)
      if (candidate.origin === 'environment') throw unusable(name, candidate.path, error)
      passedOver.push({ ...candidate, reason: messageOf(error) })
    }
  }
  return { binary: undefined, passedOver }
}

/**
 * The program to use; undefined when it has to be fetched.
 * @throws DaffiError DAFFI_BINARY_UNUSABLE
 */
export async function findBinary(
  name: BinaryName,
  options: FindBinaryOptions = {},
): Promise<Binary | undefined> {
  return (await searchBinary(name, options)).binary
}

/** @throws Error with the reason why it must not be run */
async function mayRun(name: BinaryName, { origin, path, fault }: JudgedCandidate): Promise<void> {
  if (fault) throw new Error(`${fault.path === path ? '' : `is not used: ${fault.path} `}${fault.reason}`)
  const build = buildFor(name)
  if (origin === 'cache' && build) await checkCached(build, path)
}

function unusable(name: BinaryName, path: string, cause: unknown): DaffiError {
  const { variable } = CATALOG[name]
  return new DaffiError('DAFFI_BINARY_UNUSABLE', `${variable}: ${path}: ${messageOf(cause)}`, {
    cause,
    next: `Correct ${variable}, or unset it to let daffi search for ${name}.`,
  })
}
