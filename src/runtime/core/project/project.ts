import { existsSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

/** The folder of the nearest package.json above the pipeline file, else the file's own; without a file, from the working folder. */
export function findProject(pipelineFile?: string): string {
  const start = pipelineFile === undefined ? process.cwd() : dirname(resolve(pipelineFile))
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (folder === dirname(folder)) return start
  }
}

/** Makes sure of the project's `.daffi` folder (0700, ignored by git) and gives its path. */
export async function stateFolder(project: string): Promise<string> {
  const folder = join(project, '.daffi')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const ignore = join(folder, '.gitignore')
  if (!existsSync(ignore)) await writeFile(ignore, '*\n')
  return folder
}
