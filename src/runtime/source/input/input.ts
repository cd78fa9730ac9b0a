/** Arguments that make ffmpeg read one input. */
export interface Input {
  args: string[]
  /** Whether the input may be JPEGs, which then need not be decoded. */
  jpeg: boolean
  /** URL in `args`, to be hidden in messages; absent for cameras and files. */
  url?: string
}
