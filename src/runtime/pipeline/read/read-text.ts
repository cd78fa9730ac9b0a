import { createReadStream } from 'node:fs'
import { DaffiError, messageOf } from '../../core/errors.js'

/** A pipeline file is written by hand; what is larger is something else. */
const MAX_BYTES = 1024 * 1024

/** @throws DaffiError DAFFI_PIPELINE_NOT_FOUND, DAFFI_PIPELINE_UNREADABLE */
export async function readText(file: string): Promise<string> {
  const chunks: Buffer[] = []
  try {
    // One byte more than allowed tells that there is more; devices and pipes have no size to ask for.
    for await (const chunk of createReadStream(file, { end: MAX_BYTES })) chunks.push(chunk as Buffer)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new DaffiError('DAFFI_PIPELINE_NOT_FOUND', `there is no file ${file}`, { cause: error })
    }
    throw unreadable(file, messageOf(error), error)
  }
  const bytes = Buffer.concat(chunks)
  if (bytes.length > MAX_BYTES) throw unreadable(file, `it is larger than ${MAX_BYTES} bytes`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw unreadable(file, 'it is not UTF-8 text', error)
  }
}

function unreadable(file: string, why: string, cause?: unknown): DaffiError {
  return new DaffiError('DAFFI_PIPELINE_UNREADABLE', `${file} cannot be read: ${why}`, { cause })
}
