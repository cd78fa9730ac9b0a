import { stat } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'

/** A path of the pipeline file, which is relative to the file's folder. */
export function resolveFrom(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path)
}

/** As the pipeline file would write it. */
export function shownFrom(folder: string, file: string): string {
  const path = relative(folder, file)
  return path.startsWith('..') ? path : `./${path}`
}

export async function kindOfPath(path: string): Promise<'file' | 'folder' | undefined> {
  const stats = await stat(path).catch(() => undefined)
  if (!stats) return undefined
  return stats.isDirectory() ? 'folder' : 'file'
}

/** Whether a file holds nothing but tests, by its name. */
export function isTestFile(file: string): boolean {
  return /\.test\.ya?ml$/.test(file)
}
