import type { Frame } from 'daffi'

/** Every so many pixels of a row, and rows, one is compared. */
const STEP = 4
/** Difference of a pixel that is more than noise of the camera. */
const NOISE = 16
/** Share of the pixels that have to differ. */
const SHARE = 0.002

let before: Uint8Array | undefined

/** Passes on a frame that differs from the one before. */
export default function moving(frame: Frame): Frame | undefined {
  const now = sampled(frame)
  const last = before
  before = now
  return last?.length === now.length && !differ(last, now) ? undefined : frame
}

/** The green of some pixels. */
function sampled({ data, width, height }: Frame): Uint8Array {
  const columns = Math.ceil(width / STEP)
  const samples = new Uint8Array(columns * Math.ceil(height / STEP))
  let at = 0
  for (let y = 0; y < height; y += STEP)
    for (let x = 0; x < width; x += STEP) samples[at++] = data[(y * width + x) * 3 + 1] ?? 0
  return samples
}

function differ(a: Uint8Array, b: Uint8Array): boolean {
  let different = 0
  for (let at = 0; at < a.length; at++) if (Math.abs((a[at] ?? 0) - (b[at] ?? 0)) > NOISE) different++
  return different > SHARE * a.length
}
