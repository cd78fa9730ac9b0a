import { realpathSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'

/** Resolves a path of the pipeline file, which is relative to the file's folder. */
export function resolveFrom(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path)
}

/** The real path of a module, by which Node resolves what it imports; the path itself when there is no such file. */
export function modulePath(folder: string, path: string): string {
  const file = resolve(folder, path)
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}

/** A file's path as the pipeline file in `folder` would write it. */
export function shownFrom(folder: string, file: string): string {
  const path = relative(folder, file)
  return path.startsWith('..') ? path : `./${path}`
}

/** Whether a path is a file or a folder; undefined when it does not exist. */
export async function kindOfPath(path: string): Promise<'file' | 'folder' | undefined> {
  const stats = await stat(path).catch(() => undefined)
  if (!stats) return undefined
  return stats.isDirectory() ? 'folder' : 'file'
}

/** Whether a file holds tests only, judged by its name. */
export function isTestFile(file: string): boolean {
  return /\.test\.ya?ml$/.test(file)
}
