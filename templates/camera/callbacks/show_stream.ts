import { context, type Frame } from 'daffi'

let frames = 0

/** Called with every frame; `frame.data` holds its pixels. */
export default function show_stream(frame: Frame): void {
  frames++
  if (frames % 30 === 0) context().log.info(`${frames} frames, ${frame.width}x${frame.height}`)
}
