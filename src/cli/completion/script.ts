export const SHELLS = ['bash', 'zsh', 'fish'] as const

/** Where the script for a shell lies. */
export function completionScript(shell: string): URL {
  return new URL(import.meta.resolve(`#package/dist/cli/completion/daffi.${shell}`))
}
