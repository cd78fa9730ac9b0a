import type { Frame } from '../../core/frame.js'

interface Pixels {
  data: Buffer
  width: number
  height: number
}

/**
 * Converts a picture in YUV 4:2:0 to RGB, by BT.601, which ffmpeg assumes when nothing is specified.
 * @param step takes every pixel with 1, every second one with 2, and so on
 */
export function rgbOfYuv420p({ data, width, height }: Frame, step: number): Pixels {
  const columns = Math.floor(width / step)
  const rows = Math.floor(height / step)
  const chromaWidth = Math.ceil(width / 2)
  const u = width * height
  const v = u + chromaWidth * Math.ceil(height / 2)
  const rgb = Buffer.alloc(columns * rows * 3)
  let at = 0
  for (let row = 0; row < rows; row++) {
    const y = row * step
    const line = y * width
    const chromaLine = (y >> 1) * chromaWidth
    for (let column = 0; column < columns; column++) {
      const x = column * step
      const chroma = chromaLine + (x >> 1)
      const luma = 1.164 * ((data[line + x] ?? 0) - 16)
      const blue = (data[u + chroma] ?? 0) - 128
      const red = (data[v + chroma] ?? 0) - 128
      rgb[at++] = clamp(luma + 1.596 * red)
      rgb[at++] = clamp(luma - 0.392 * blue - 0.813 * red)
      rgb[at++] = clamp(luma + 2.017 * blue)
    }
  }
  return { data: rgb, width: columns, height: rows }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value
}
