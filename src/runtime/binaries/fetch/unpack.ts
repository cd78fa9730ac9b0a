import { createReadStream } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { basename, join } from 'node:path'
import ssri from 'ssri'
import { extract } from 'tar'
import { DaffiError } from '../../core/errors.js'
import type { Build } from '../find/catalog.js'
import { checkProgram } from '../find/pinned.js'

/**
 * Checks the tarball against the pinned sha512, extracts the program only, and checks that against its sha256.
 * @returns path of the program in `folder`
 * @throws DaffiError DAFFI_FETCH_INTEGRITY; DAFFI_FETCH_FAILED when the program is not in the tarball
 */
export async function unpack(build: Build, tarball: string, folder: string): Promise<string> {
  await orRefuse(build, ssri.checkStream(createReadStream(tarball), build.integrity))
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
  await orRefuse(build, checkProgram(build, program))
  return program
}

async function orRefuse({ package: name, version }: Build, check: Promise<unknown>): Promise<void> {
  try {
    await check
  } catch (cause) {
    const what = `${name}@${version} does not have the hashes that daffi pins, and was deleted`
    throw new DaffiError('DAFFI_FETCH_INTEGRITY', what, { cause })
  }
}
