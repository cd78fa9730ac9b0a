import { createReadStream } from 'node:fs'
import { MIB } from '../../core/bytes.js'
import { DaffiError, messageOf } from '../../core/errors.js'
import { utf8Fault } from '../../core/text/text-encoding.js'

/** Pipeline files are written by hand; anything larger is some other file. */
const MAX_BYTES = MIB

/** Text of a file, or why there is none. */
export type ReadText = { text: string } | { fault: string; missing: boolean; cause?: unknown }

/**
 * Reads a pipeline file.
 * @throws DaffiError DAFFI_PIPELINE_NOT_FOUND, DAFFI_PIPELINE_UNREADABLE
 */
export async function readText(file: string): Promise<string> {
  const read = await tryReadText(file, MAX_BYTES)
  if ('text' in read) return read.text
  const { fault, missing, cause } = read
  if (missing) throw new DaffiError('DAFFI_PIPELINE_NOT_FOUND', `there is no file ${file}`, { cause })
  if ((cause as NodeJS.ErrnoException | undefined)?.code === 'EISDIR')
    throw new DaffiError('DAFFI_PIPELINE_UNREADABLE', `${file} is a folder`, {
      cause,
      next: 'Name a pipeline file in it.',
    })
  throw new DaffiError('DAFFI_PIPELINE_UNREADABLE', `${file} cannot be read: ${fault}`, { cause })
}

/** Reads a file of text in UTF-8 that has at most so many bytes. */
export async function tryReadText(file: string, maxBytes: number): Promise<ReadText> {
  const chunks: Buffer[] = []
  try {
    // Reads one byte more than allowed, to notice larger files; devices and pipes have no size that could be asked for.
    for await (const chunk of createReadStream(file, { end: maxBytes })) chunks.push(chunk as Buffer)
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return { fault: messageOf(error), missing, cause: error }
  }
  const bytes = Buffer.concat(chunks)
  const fault = bytes.length > maxBytes ? `it is larger than ${maxBytes} bytes` : utf8Fault(bytes)
  return fault === undefined ? { text: new TextDecoder().decode(bytes) } : { fault, missing: false }
}
