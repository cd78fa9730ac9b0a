import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { decode, decodeBytes } from '../../codec/index.js'
import { DaffiError, messageOf } from '../../core/errors.js'
import { isFrame } from '../../core/frame.js'
import { RECORDING_INDEX, type RecordingPlan } from '../../core/plan/plan.js'
import type { SourceContext } from '../contract/source-context.js'
import { RECORDING_HEADER, RECORDING_DATA, type RecordedItem, type RecordingHeader } from './format.js'

/**
 * The items of a recording, as fast as they are requested. The `time` of a frame is when it is read.
 * @throws DaffiError DAFFI_SOURCE_FAILED
 */
export async function* recordedItems(
  { folder }: RecordingPlan,
  { name, signal }: SourceContext,
): AsyncGenerator<unknown, void> {
  const files: FileHandle[] = []
  try {
    const index = await openFile(join(folder, RECORDING_INDEX), files)
    const data = await openFile(join(folder, RECORDING_DATA), files)
    let line = 0
    for await (const text of index.readLines({ autoClose: false })) {
      if (signal.aborted) return
      line++
      if (line === 1) checkHeader(text)
      else yield await readItem(data, JSON.parse(text) as RecordedItem)
    }
    if (line === 0) throw new Error('it is empty')
  } catch (error) {
    const what = `source ${name}: the recording in ${folder} cannot be read: ${messageOf(error)}`
    const next = 'Record it again with daffi up --record.'
    throw new DaffiError('DAFFI_SOURCE_FAILED', what, { cause: error, next })
  } finally {
    for (const file of files) await file.close()
  }
}

async function openFile(path: string, opened: FileHandle[]): Promise<FileHandle> {
  const file = await open(path)
  opened.push(file)
  return file
}

function checkHeader(text: string): void {
  const { format, version } = JSON.parse(text) as Partial<RecordingHeader>
  if (format !== RECORDING_HEADER.format) throw new Error('daffi has not written it')
  if (version !== RECORDING_HEADER.version)
    throw new Error(`it has version ${String(version)}, not ${RECORDING_HEADER.version}`)
}

/** Reads and decodes the next item. */
async function readItem(data: FileHandle, { kind, bytes }: RecordedItem): Promise<unknown> {
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new Error('an item has a senseless length')
  if (bytes > (await data.stat()).size) throw new Error('it is cut short')
  // Not from Node's shared pool: the item belongs to the receiver alone.
  // eslint-disable-next-line no-restricted-syntax -- filled: fewer bytes are an error
  const buffer = Buffer.allocUnsafeSlow(bytes)
  const { bytesRead } = await data.read(buffer, 0, bytes)
  if (bytesRead < bytes) throw new Error('it is cut short')
  const item = kind === null ? decode(buffer) : decodeBytes(kind, buffer)
  return isFrame(item) ? { ...item, time: performance.timeOrigin + performance.now() } : item
}
