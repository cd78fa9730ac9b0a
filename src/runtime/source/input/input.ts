/** What ffmpeg is to read. */
export interface Input {
  args: string[]
  /** It may give JPEGs, which then need not be decoded. */
  jpeg: boolean
  /** What stands in `args` for the plan's URL. */
  url?: string
}
