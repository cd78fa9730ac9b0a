import { open, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { inFolder } from '../../runtime/core/project/folder-error.js'
import { makeFolders } from '../../runtime/core/ownership/make-folders.js'

/** Texts to be written, by path. */
export interface Texts {
  /** Texts of files that are not there, whose folders may be missing, too. */
  created: ReadonlyMap<string, string>
  /** Texts of files that are there. */
  changed: ReadonlyMap<string, string>
}

type Undo = () => Promise<void>

/**
 * Writes all files or none: when one fails, those before it are taken back.
 * @throws DaffiError DAFFI_FOLDER_TAKEN, DAFFI_FOLDER_READ_ONLY and others of the folder
 */
export async function writeAll({ created, changed }: Texts): Promise<void> {
  const done: Undo[] = []
  try {
    for (const [path, text] of created) await inFolder(dirname(path), () => create(path, text, done))
    for (const [path, text] of changed) await inFolder(dirname(path), () => change(path, text, done))
  } catch (error) {
    for (const undo of done.reverse()) await undo().catch(() => undefined)
    throw error
  }
}

async function create(path: string, text: string, done: Undo[]): Promise<void> {
  const folder = dirname(path)
  const outermost = makeFolders(folder)
  if (outermost !== undefined) done.push(() => removeFolders(folder, outermost))
  await using file = await open(path, 'wx')
  done.push(() => rm(path, { force: true }))
  await file.writeFile(text)
}

async function change(path: string, text: string, done: Undo[]): Promise<void> {
  const before = await readFile(path)
  done.push(() => writeFile(path, before))
  await writeFile(path, text)
}

/** Removes new folders, from the inside out, as far as nobody else has put something into them. */
async function removeFolders(from: string, outermost: string): Promise<void> {
  for (let folder = from; ; folder = dirname(folder)) {
    await rmdir(folder)
    if (folder === outermost) return
  }
}
