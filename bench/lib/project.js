import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const BIN = join(ROOT, 'bin/run.js')

/** Runs `use` in a folder of its own with these files, where `daffi` can be imported. */
export async function withProject(files, use) {
  const project = await mkdtemp(join(tmpdir(), 'daffi-bench-'))
  try {
    await mkdir(join(project, 'node_modules'))
    await symlink(ROOT, join(project, 'node_modules/daffi'), 'junction')
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(project, name)), { recursive: true })
      await writeFile(join(project, name), text)
    }
    return await use(project)
  } finally {
    await rm(project, { recursive: true, force: true })
  }
}
