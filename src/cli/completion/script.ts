import { packageFile } from '../../runtime/core/process/package-file.js'

export const SHELLS = ['bash', 'zsh', 'fish'] as const

/** The path of the completion script for a shell. */
export function completionScript(shell: string): string {
  return packageFile(`dist/cli/completion/daffi.${shell}`)
}
