import type { Frame } from 'daffi'

interface Size {
  width: number
  height: number
}

/** Channels of the models in the order of `rgb24`'s bytes: they were trained with blue first. */
const BLUE_FIRST = [2, 1, 0] as const

/** Part of a frame in `rgb24`, scaled to a size, as a model takes it: a plane of numbers for each colour, blue first. */
export function toPlanes(
  { data, width, height }: Frame,
  from: Size & { x: number; y: number },
  to: Size,
  { mean, deviation }: { mean: readonly number[]; deviation: readonly number[] },
): Float32Array {
  const area = to.width * to.height
  const planes = new Float32Array(3 * area)
  const columns = Array.from({ length: to.width }, (_, x) => {
    const at = Math.min(Math.max(from.x + ((x + 0.5) * from.width) / to.width - 0.5, 0), width - 1)
    const left = Math.floor(at)
    return { left: left * 3, right: Math.min(left + 1, width - 1) * 3, part: at - left }
  })
  for (let y = 0; y < to.height; y++) {
    const at = Math.min(Math.max(from.y + ((y + 0.5) * from.height) / to.height - 0.5, 0), height - 1)
    const upper = Math.floor(at) * width * 3
    const lower = Math.min(Math.floor(at) + 1, height - 1) * width * 3
    const part = at - Math.floor(at)
    for (const [plane, channel] of BLUE_FIRST.entries()) {
      const scale = 1 / (255 * (deviation[plane] ?? 1))
      const shift = (mean[plane] ?? 0) / (deviation[plane] ?? 1)
      let target = plane * area + y * to.width
      for (const { left, right, part: across } of columns) {
        const above = mix(data[upper + left + channel], data[upper + right + channel], across)
        const below = mix(data[lower + left + channel], data[lower + right + channel], across)
        planes[target++] = mix(above, below, part) * scale - shift
      }
    }
  }
  return planes
}

function mix(a = 0, b = 0, part: number): number {
  return a + (b - a) * part
}
