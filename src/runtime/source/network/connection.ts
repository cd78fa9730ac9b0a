import type { NetworkFailure } from './network-failure.js'

export interface ConnectionLimits {
  signal: AbortSignal
  /** Longest time until the first data of the camera, in milliseconds. */
  silenceMs: number
}

/** An open connection to a network camera, of which ffmpeg learns neither address nor password. */
export interface Connection {
  /** Arguments of ffmpeg that make it read from the connection. */
  args: string[]
  /** Data for ffmpeg's standard input; absent where it reads something else. */
  body?: AsyncIterable<Buffer>
  /** Where the camera sends JPEGs, bytes with these, for reading them without ffmpeg, in place of `body`. */
  jpegs?: AsyncIterable<Buffer>
  /** Whether it may be a video of a web server, which comes as fast as it can be read, and not at the pace of a camera. */
  mayBeFile: boolean
  /** The first failure of the camera. */
  failure: () => NetworkFailure | undefined
  /** Text of ffmpeg with the camera's address, without password and query, in place of what stands for it. */
  show: (text: string) => string
  /** Ends the connection, and all reading from it. May be called again. */
  close: () => void
}
