/** A capture device of this machine. */
export interface Camera {
  /** What a source of kind `camera` takes for `device`. */
  device: string
  name: string
  /** What it can give. */
  modes: CameraMode[]
  /** Why its modes are not known; null when they are. */
  problem: string | null
}

export interface CameraMode {
  /** In ffmpeg's words, such as `mjpeg` and `yuyv422`; null where the platform does not tell. */
  format: string | null
  /** Pixels. */
  width: number
  /** Pixels. */
  height: number
  /** Frames a second; null where the device does not tell. */
  fps: { min: number; max: number } | null
}

/** Without those that say the same. */
export function distinct(modes: CameraMode[]): CameraMode[] {
  return [...new Map(modes.map((mode) => [JSON.stringify(mode), mode])).values()]
}
