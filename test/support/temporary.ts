import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { endLeftovers } from './leaks.js'
import { fixture, ROOT } from './paths.js'

/**
 * A folder of the running test's own. When the test ends, however it ends, the folder is removed; a process that is
 * still at work in it is ended and fails the test.
 */
export async function temporaryFolder(): Promise<string> {
  const folder = await makeFolder()
  onTestFinished(() => removeFolder(folder))
  return folder
}

export async function makeFolder(): Promise<string> {
  return mkdtemp(join(await realpath(tmpdir()), 'daffi-test-'))
}

/** Removes a folder, and ends the processes that are still at work in it; throws if there are any. */
export async function removeFolder(folder: string): Promise<void> {
  const left = await endLeftovers(folder)
  await rm(folder, { recursive: true, force: true })
  if (left.length > 0) throw new Error(`left running:\n${left.join('\n')}`)
}

/** A temporary folder with a package.json, in which `daffi` resolves to this package, and with the given files. */
export async function temporaryProject(files: Record<string, string> = {}): Promise<string> {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'node_modules'))
  await symlink(ROOT, join(folder, 'node_modules', 'daffi'), 'junction')
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n')
  await writeFiles(folder, files)
  return folder
}

/** A folder of test/fixtures, copied into a temporary project. */
export async function temporaryFixture(name: string): Promise<string> {
  const folder = await temporaryProject()
  await cp(fixture(name), folder, { recursive: true })
  return folder
}

/** The project's own pipelines, copied into a temporary project, for tests that run them. */
export async function temporaryPipelines(): Promise<string> {
  const folder = await temporaryProject()
  // Their callbacks write PNGs with it.
  await symlink(join(ROOT, 'node_modules', 'fast-png'), join(folder, 'node_modules', 'fast-png'), 'junction')
  const filter = (path: string): boolean => basename(path) !== 'node_modules'
  await cp(join(ROOT, 'pipelines'), join(folder, 'pipelines'), { recursive: true, filter })
  await cp(join(ROOT, 'schema'), join(folder, 'schema'), { recursive: true })
  return folder
}

export async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
}
