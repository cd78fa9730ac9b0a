import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { isAtLeast } from '../../core/text/version.js'
import type { Binary, BinaryName } from './binary.js'
import { CATALOG } from './catalog.js'
import { withoutSecrets } from '../run/environment.js'

const run = promisify(execFile)
const TIMEOUT_MS = 10_000

/**
 * Runs the program to read its version, which also proves that it runs on this machine, and what it should not be used for.
 * @throws Error with the reason why it cannot be used, such as that it is too old
 */
export async function askVersion(
  name: BinaryName,
  path: string,
  signal?: AbortSignal,
): Promise<Pick<Binary, 'version' | 'warning'>> {
  const { versionArgs, versionPattern, minVersion, allUses } = CATALOG[name]
  const { stdout } = await run(path, versionArgs, {
    timeout: TIMEOUT_MS,
    env: withoutSecrets(process.env),
    ...(signal ? { signal } : {}),
  })
  const version = versionPattern.exec(stdout)?.[1]
  if (version === undefined) throw new Error(`does not print a version as ${name} does`)
  if (minVersion !== undefined && !isAtLeast(version, minVersion)) {
    throw new Error(`is version ${version}, older than ${minVersion}`)
  }
  if (!allUses || Number(allUses.pattern.exec(stdout)?.[1] ?? 0) >= allUses.min) return { version }
  return { version, warning: allUses.warning }
}
