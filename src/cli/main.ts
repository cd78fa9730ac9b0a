import { userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import { run } from '@oclif/core/run'
import { homeFolder } from '../runtime/core/project/cache-folder.js'
import { exitFlushed } from '../runtime/core/process/exit.js'
import { isClosedOutput } from './command/closed-output.js'

/**
 * Runs the command that the arguments name. Commands print their own failures; failures before a command exists are
 * printed here.
 */
export async function main(argv: string[], root: string): Promise<void> {
  // Replaces oclif's listener, which throws when a terminal was closed.
  process.stdout.removeAllListeners('error')
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosed)
  nameHome()
  try {
    // oclif would run plugins that a file in the user's data folder names.
    await run(withHelpFlag(argv), { root: fileURLToPath(root), userPlugins: false, devPlugins: false })
  } catch (error) {
    const { reportFailure } = await import('./show/errors/report-failure.js')
    reportFailure(error, { json: argv.includes('--json') })
  }
  // Callbacks run in the process of some commands, and may have left a timer or a socket open.
  await exitFlushed()
}

/** The arguments with `--help` in place of the word `help` where the command belongs, which oclif leaves to a plugin. */
function withHelpFlag(argv: string[]): string[] {
  return argv[0] === 'help' ? ['--help', ...argv.slice(1)] : argv
}

/** Names home folder and shell of a user whom the system does not know, as in a container: oclif asks for both, and fails. */
function nameHome(): void {
  try {
    userInfo()
  } catch {
    process.env.HOME ||= homeFolder()
    process.env.SHELL ||= '/bin/sh'
  }
}

function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (!isClosedOutput(error)) throw error
}
