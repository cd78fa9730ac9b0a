import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { context, type Frame } from 'daffi'
import { brightness } from '../lib/brightness.js'
import { toPng } from '../lib/png.js'

let latest: Frame | undefined
let frames = 0
let since = 0

/** Says once a second how many frames came, and how bright the last one is. */
export default function show_stream(frame: Frame): void {
  latest = frame
  const now = performance.now()
  if (since === 0) since = now
  else frames++
  const seconds = (now - since) / 1000
  if (seconds < 1) return
  const mean = brightness(frame)
  const bright = mean === undefined ? '' : `, brightness ${mean.toFixed(0)} of 255`
  context().log.info(`${(frames / seconds).toFixed(1)} fps, ${frame.width}x${frame.height}${bright}`)
  frames = 0
  since = now
}

/** Writes the latest frame as a PNG, named by node and frame, and tells where it is. */
export async function snapshot(folder = 'snapshots'): Promise<{ path: string; bytes: number }> {
  if (latest === undefined) throw new Error('no frame has come yet')
  const frame = latest
  const png = toPng(frame)
  const path = resolve(join(folder, `${context().g.processName}-${frame.sequence}.png`))
  await mkdir(folder, { recursive: true })
  await writeFile(path, png)
  return { path, bytes: png.length }
}
