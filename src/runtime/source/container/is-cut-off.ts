import { open } from 'node:fs/promises'
import { AT_START, type CutOffCheck } from './checks.js'
import { Bytes } from './bytes.js'

/** Bytes by which a format is told: three packets of MPEG-TS. */
const HEAD_BYTES = 3 * 204

/**
 * Whether a file ends before what its container says is its end. False for containers that do not say it, and for what is no
 * regular file, or is gone. Asked of the file itself, since ffmpeg takes the end of a file for the end of the video, or tells of it only in
 * words, between which those of the file's author may stand.
 */
export async function isCutOff(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined)
  if (!file) return false
  try {
    const stats = await file.stat()
    if (!stats.isFile()) return false
    const bytes = new Bytes(file, stats.size)
    return (await checkFor(await bytes.read(0, HEAD_BYTES))?.(bytes)) ?? false
  } finally {
    await file.close()
  }
}

function checkFor(head: Buffer): CutOffCheck | undefined {
  return AT_START.find(({ matches }) => matches(head))?.check
}
