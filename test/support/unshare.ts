import { spawnSync } from 'node:child_process'
import { execa } from 'execa'
import { BIN } from './paths.js'

/** Whether this user may make namespaces, as most Linux systems let everybody. */
export const CAN_UNSHARE = spawnSync('unshare', ['-rmn', 'true']).status === 0

/** Output of a command of daffi, with `--json`. */
export interface JsonResult {
  exitCode: number | undefined
  value: unknown
  stderr: string
}

/**
 * Runs the real command as root of namespaces of its own.
 * @param namespaces as `unshare` takes them: `m` for mounts, `n` for the network
 * @param prepare lines of a shell script that mounts what the command is to find
 */
export async function daffiElsewhere(
  args: string[],
  { cwd, namespaces, prepare = '' }: { cwd: string; namespaces: string; prepare?: string },
): Promise<JsonResult> {
  const script = `set -e\n${prepare}\nexec "$@"`
  const command = [process.execPath, BIN, ...args, '--json']
  const { exitCode, stdout, stderr } = await execa(
    'unshare',
    [`-r${namespaces}`, 'sh', '-c', script, 'sh', ...command],
    { cwd, env: { DAFFI_TEST_FOLDER: cwd }, stdin: 'ignore', reject: false, forceKillAfterDelay: 12_000 },
  )
  return { exitCode, value: stdout === '' ? undefined : JSON.parse(stdout), stderr }
}
