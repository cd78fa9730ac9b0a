import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { isAtLeast } from '../../core/text/version.js'
import type { BinaryName } from './binary.js'
import { CATALOG } from './catalog.js'
import { withoutSecrets } from '../run/environment.js'

const run = promisify(execFile)
const LIMIT_MS = 10_000

/**
 * Runs the program to ask its version, which also proves that it runs here.
 * @throws Error saying what is wrong with it, too old included
 */
export async function askVersion(name: BinaryName, path: string, signal?: AbortSignal): Promise<string> {
  const { versionArgs, versionPattern, leastVersion } = CATALOG[name]
  const { stdout } = await run(path, versionArgs, {
    timeout: LIMIT_MS,
    env: withoutSecrets(process.env),
    ...(signal ? { signal } : {}),
  })
  const version = versionPattern.exec(stdout)?.[1]
  if (version === undefined) throw new Error(`does not answer as ${name} does`)
  if (leastVersion !== undefined && !isAtLeast(version, leastVersion)) {
    throw new Error(`is version ${version}, older than ${leastVersion}`)
  }
  return version
}
