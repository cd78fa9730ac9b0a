/** A capture device of this machine. */
export interface Camera {
  /** Value for `device` of a source of kind `camera`. */
  device: string
  name: string
  /** Formats, sizes and rates that the device can deliver. */
  modes: CameraMode[]
  /** Reason why the modes are not known; null when they are. */
  problem: string | null
}

export interface CameraMode {
  /** Format by ffmpeg's name, such as `mjpeg` and `yuyv422`; null where the platform does not say. */
  format: string | null
  /** Pixels. */
  width: number
  /** Pixels. */
  height: number
  /** Frames per second; null where the device does not say. */
  fps: { min: number; max: number } | null
}

/** Removes duplicate modes. */
export function distinct(modes: CameraMode[]): CameraMode[] {
  return [...new Map(modes.map((mode) => [JSON.stringify(mode), mode])).values()]
}
