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
  } catch (error) {
    throw named(error, fresh, path)
  } finally {
    await rm(fresh, { force: true })
  }
}

/** The error of an operation on the new file, which nobody knows, in words for the file that it was to replace. */
function named(error: unknown, fresh: string, path: string): unknown {
  if (!(error instanceof Error)) return error
  // Of a rename both names are told.
  error.message = error.message.replace(` '${fresh}' -> '${path}'`, ` '${path}'`).replaceAll(fresh, path)
  const { path: about } = error as NodeJS.ErrnoException
  return about === fresh ? Object.assign(error, { path }) : error
}
