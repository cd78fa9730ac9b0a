import { readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { DaffiError } from '../../runtime/core/errors.js'
import { folderReason } from '../../runtime/core/project/folder-error.js'
import { makeFolders } from '../../runtime/core/ownership/make-folders.js'
import { replaceFile } from '../../runtime/core/project/replace-file.js'
import type { PictureType } from '../../runtime/index.js'

const TYPES: Record<string, PictureType> = { '.jpg': 'jpeg', '.jpeg': 'jpeg', '.png': 'png' }
const DIGITS = 6

/**
 * The format of a picture file, by its name.
 * @throws DaffiError DAFFI_USAGE
 */
export function pictureType(path: string): PictureType {
  const type = TYPES[extname(path).toLowerCase()]
  if (type) return type
  throw new DaffiError('DAFFI_USAGE', `${path} is no name of a picture`, {
    next: 'End it with .jpg or .png.',
  })
}

/**
 * Writes a picture as a whole or not at all: others never read half of it, and what was there stays when it fails.
 * @throws DaffiError DAFFI_USAGE when the file cannot be written
 */
export async function writePicture(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await replaceFile(path, bytes)
  } catch (cause) {
    throw notWritten(path, cause)
  }
}

/** A folder of pictures with numbers for names, which is made for the first one. Those that are there stay: numbers go on after theirs. */
export class PictureFolder {
  readonly #path: string
  #last: number | undefined

  constructor(path: string) {
    this.#path = path
  }

  /**
   * Writes a picture.
   * @returns the file's path
   * @throws DaffiError DAFFI_USAGE when it cannot be written
   */
  async add(png: Uint8Array): Promise<string> {
    this.#last = (this.#last ?? (await this.#open())) + 1
    const path = join(this.#path, `${String(this.#last).padStart(DIGITS, '0')}.png`)
    await writePicture(path, png)
    return path
  }

  async #open(): Promise<number> {
    try {
      makeFolders(this.#path)
      const numbers = (await readdir(this.#path)).map((name) => Number(/^(\d+)\.png$/.exec(name)?.[1] ?? 0))
      return numbers.reduce((last, each) => Math.max(last, each), 0)
    } catch (cause) {
      throw notWritten(this.#path, cause)
    }
  }
}

function notWritten(path: string, cause: unknown): DaffiError {
  return new DaffiError('DAFFI_USAGE', `${path} was not written: ${folderReason(cause)}`, {
    cause,
    next: 'Give a path that you may write to.',
  })
}
