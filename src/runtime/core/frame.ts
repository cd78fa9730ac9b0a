/** Formats of frames, by ffmpeg's names. */
export const PIXEL_FORMATS = ['bgr24', 'rgb24', 'gray', 'yuv420p', 'mjpeg'] as const
/** Format of a frame. */
export type PixelFormat = (typeof PIXEL_FORMATS)[number]

/** One image of a camera or video. */
export interface Frame {
  /** Raw pixels without padding, rows from top to bottom; for `mjpeg` one complete JPEG. */
  data: Buffer
  /** In pixels. */
  width: number
  /** In pixels. */
  height: number
  format: PixelFormat
  /** Number of the frame in its source, from 0. */
  sequence: number
  /** Time at which the frame was read, in milliseconds since 1970, with a fraction. */
  time: number
}

/** Size of one raw frame in bytes; undefined for `mjpeg`, whose frames differ in size. */
export function frameBytes(format: PixelFormat, width: number, height: number): number | undefined {
  switch (format) {
    case 'bgr24':
    case 'rgb24':
      return width * height * 3
    case 'gray':
      return width * height
    case 'yuv420p':
      return width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2)
    case 'mjpeg':
      return undefined
  }
}

/** Whether a value is a frame: its numbers make sense, and raw pixels are as many bytes as width and height say. */
export function isFrame(value: unknown): value is Frame {
  return looksLikeFrame(value) && fitsTogether(value)
}

/** Whether a value has the fields of a frame, even if they do not fit together. */
export function looksLikeFrame(value: unknown): value is Frame {
  if (typeof value !== 'object' || value === null) return false
  const { data, width, height, format, sequence, time } = value as Partial<Frame>
  return (
    data instanceof Uint8Array &&
    typeof width === 'number' &&
    typeof height === 'number' &&
    typeof sequence === 'number' &&
    typeof time === 'number' &&
    PIXEL_FORMATS.includes(format as PixelFormat)
  )
}

/** Whether raw pixels are as many bytes as width and height of their frame say. */
export function fitsTogether({ data, width, height, format }: Frame): boolean {
  return isSide(width) && isSide(height) && (frameBytes(format, width, height) ?? data.length) === data.length
}

function isSide(value: number): boolean {
  return Number.isInteger(value) && value > 0
}
