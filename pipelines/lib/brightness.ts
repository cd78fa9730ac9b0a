import type { Frame } from 'daffi'

/** A prime, so that the samples walk through all columns and colours. */
const EVERY = 997

/** Mean of some of the bytes, 0 to 255; of `yuv420p` the luma only. Undefined for compressed frames. */
export function brightness({ data, width, height, format }: Frame): number | undefined {
  if (format === 'mjpeg') return undefined
  const bytes = format === 'yuv420p' ? width * height : data.length
  let sum = 0
  let samples = 0
  for (let at = 0; at < bytes; at += EVERY) {
    sum += data[at] ?? 0
    samples++
  }
  return samples === 0 ? undefined : sum / samples
}
