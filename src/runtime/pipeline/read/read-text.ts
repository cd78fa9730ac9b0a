import { createReadStream } from 'node:fs'
import { MIB } from '../../core/bytes.js'
import { DaffiError, messageOf } from '../../core/errors.js'
import { utf8Fault } from '../../core/text/text-encoding.js'

/** Pipeline files are written by hand; anything larger is some other file. */
const MAX_BYTES = MIB

/**
 * Reads a pipeline file.
 * @throws DaffiError DAFFI_PIPELINE_NOT_FOUND, DAFFI_PIPELINE_UNREADABLE
 */
export async function readText(file: string): Promise<string> {
  const chunks: Buffer[] = []
  try {
    // Reads one byte more than allowed, to notice larger files; devices and pipes have no size that could be asked for.
    for await (const chunk of createReadStream(file, { end: MAX_BYTES })) chunks.push(chunk as Buffer)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new DaffiError('DAFFI_PIPELINE_NOT_FOUND', `there is no file ${file}`, { cause: error })
    }
    throw unreadable(file, messageOf(error), error)
  }
  const bytes = Buffer.concat(chunks)
  if (bytes.length > MAX_BYTES) throw unreadable(file, `it is larger than ${MAX_BYTES} bytes`)
  const fault = utf8Fault(bytes)
  if (fault !== undefined) throw unreadable(file, fault)
  return new TextDecoder().decode(bytes)
}

function unreadable(file: string, why: string, cause?: unknown): DaffiError {
  return new DaffiError('DAFFI_PIPELINE_UNREADABLE', `${file} cannot be read: ${why}`, { cause })
}
