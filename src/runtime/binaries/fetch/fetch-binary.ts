import { access, rename, rm } from 'node:fs/promises'
import { DaffiError, messageOf } from '../../core/errors.js'
import type { Binary, BinaryName } from '../find/binary.js'
import { cachedPath } from '../find/cache.js'
import type { Build } from '../find/catalog.js'
import { recordChecked } from '../find/pinned.js'
import { makeFetchFolder, removeLeftovers } from './leftovers.js'
import { downloadTarball, type DownloadOptions } from './npm.js'
import { openCache } from './open-cache.js'
import { unpack } from './unpack.js'
import { askVersion } from '../find/ask-version.js'

/**
 * Fetches a build of the program into the cache. Several processes may do so at the same time: each works in its own folder,
 * checks and runs the program there, and moves it into place by one atomic rename.
 * @throws DaffiError DAFFI_NOT_OURS, DAFFI_FETCH_FAILED, DAFFI_FETCH_INTEGRITY, DAFFI_BINARY_UNSUPPORTED, DAFFI_BINARY_UNUSABLE
 */
export async function fetchBinary(name: BinaryName, build: Build, options: DownloadOptions): Promise<Binary> {
  await openCache(build)
  await removeLeftovers()
  const folder = await makeFetchFolder()
  try {
    const tarball = await downloadTarball(build, folder, options)
    const program = await unpack(build, tarball, folder)
    const answer = await proven(name, build, program)
    const path = cachedPath(build)
    await replace(program, path)
    await recordChecked(build, path)
    return { name, path, ...answer, origin: 'fetched' }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs the fetched program. */
async function proven(
  name: BinaryName,
  build: Build,
  program: string,
): Promise<Pick<Binary, 'version' | 'warning'>> {
  try {
    return await askVersion(name, program)
  } catch (cause) {
    const what = `${build.package}@${build.version} was fetched, but its ${name} does not run here`
    throw new DaffiError('DAFFI_BINARY_UNUSABLE', `${what}: ${messageOf(cause)}`, { cause })
  }
}

/** Moves the program into place. Windows refuses to replace one that is running, but then it is the same: the path names its version. */
async function replace(program: string, path: string): Promise<void> {
  try {
    await rename(program, path)
  } catch (error) {
    if (process.platform !== 'win32') throw error
    await access(path)
  }
}
