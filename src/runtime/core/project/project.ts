import { existsSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { inFolder } from './folder-error.js'

/**
 * Folder of the project: of the nearest package.json at or above the pipeline file's folder, else that folder itself.
 * Without a file the search starts in the working folder.
 */
export function findProject(pipelineFile?: string): string {
  const start = pipelineFile === undefined ? process.cwd() : dirname(resolve(pipelineFile))
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (folder === dirname(folder)) return start
  }
}

/**
 * Creates the project's `.daffi` folder (mode 0700, ignored by git) if it is missing, and gives its path.
 * @throws DaffiError DAFFI_FOLDER_READ_ONLY, DAFFI_FOLDER_FULL, DAFFI_FOLDER_TAKEN, DAFFI_FOLDER_DENIED
 */
export async function stateFolder(project: string): Promise<string> {
  const folder = join(project, '.daffi')
  await inFolder(folder, async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
    const ignore = join(folder, '.gitignore')
    if (!existsSync(ignore)) await writeFile(ignore, '*\n')
  })
  return folder
}
