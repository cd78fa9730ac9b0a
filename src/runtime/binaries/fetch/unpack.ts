import { createReadStream } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { basename, join } from 'node:path'
import ssri from 'ssri'
import { extract } from 'tar'
import { DaffiError } from '../../core/errors.js'
import type { Build } from '../find/catalog.js'

/**
 * Checks the tarball against the pinned sha512, if there is one, and extracts the program only.
 * @returns path of the program in `folder`
 * @throws DaffiError DAFFI_FETCH_INTEGRITY; DAFFI_FETCH_FAILED when the program is not in the tarball
 */
export async function unpack(build: Build, tarball: string, folder: string): Promise<string> {
  if (build.integrity !== undefined) await checkIntegrity(build, build.integrity, tarball)
  const wanted = `package/${build.file}`
  await extract({
    file: tarball,
    cwd: folder,
    strip: wanted.split('/').length - 1,
    filter: (path, entry) => path === wanted && 'type' in entry && entry.type === 'File',
  })
  const program = join(folder, basename(build.file))
  try {
    await chmod(program, 0o755)
  } catch (cause) {
    const what = `${build.package}@${build.version} does not contain ${build.file}`
    throw new DaffiError('DAFFI_FETCH_FAILED', what, { cause })
  }
  return program
}

async function checkIntegrity(build: Build, integrity: string, tarball: string): Promise<void> {
  try {
    await ssri.checkStream(createReadStream(tarball), integrity)
  } catch (cause) {
    throw new DaffiError(
      'DAFFI_FETCH_INTEGRITY',
      `${build.package}@${build.version} does not have the sha512 that daffi pins, and was deleted`,
      { cause },
    )
  }
}
