import { rename, rm, writeFile } from 'node:fs/promises'
import { randomId } from '../names.js'

/**
 * Replaces a file as a whole, so that no reader sees half of it, or makes it. When that fails, what was there stays.
 * @param mode rights of the file @default those that the system gives
 */
export async function replaceFile(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  const fresh = `${path}.${randomId()}`
  try {
    await writeFile(fresh, content, { mode, flag: 'wx' })
    await rename(fresh, path)
  } finally {
    await rm(fresh, { force: true })
  }
}
