import { packageFile } from '../../runtime/core/process/package-file.js'

export const SHELLS = ['bash', 'zsh', 'fish'] as const

/** Where the script for a shell lies. */
export function completionScript(shell: string): string {
  return packageFile(`dist/cli/completion/daffi.${shell}`)
}
