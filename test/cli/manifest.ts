import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../support/paths.js'

interface Flag {
  summary?: string
  char?: string
  default?: string | number | boolean
  helpGroup?: string
  helpValue?: string
  multiple?: boolean
}

export interface ManifestCommand {
  hidden: boolean
  examples?: string[]
  args: Record<string, { description?: string; multiple?: boolean }>
  flags: Record<string, Flag>
}

/** The commands that help lists, by their words joined with spaces. */
export async function visibleCommands(): Promise<Record<string, ManifestCommand>> {
  const text = await readFile(join(ROOT, 'oclif.manifest.json'), 'utf8')
  const { commands } = JSON.parse(text) as { commands: Record<string, ManifestCommand> }
  return Object.fromEntries(
    Object.entries(commands)
      .filter(([, { hidden }]) => !hidden)
      .map(([id, command]) => [id.replaceAll(':', ' '), command]),
  )
}
