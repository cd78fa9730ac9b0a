import type { Frame } from '../../core/frame.js'
import type { ItemMemory } from '../../core/stream/item-memory.js'
import type { VideoPlan } from './video-plan.js'

/** Pictures that ffmpeg makes of one source: the source's own, or those of a view. */
export interface Output extends Pick<VideoPlan, 'size' | 'format'> {
  /** Name of the source or view. */
  name: string
  /** Most frames per second, of those that the source has; undefined for all. */
  fps: number | undefined
  /** Memory for the frames' bytes, where the stream of the frames loans some. */
  memory: ItemMemory
}

/** A frame of one of several outputs. */
export interface OutputFrame {
  output: string
  frame: Frame
}
