export type BinaryName = 'nats-server' | 'ffmpeg'

/** Where a binary was found, in the order in which the places are tried. */
export type BinaryOrigin = 'environment' | 'package' | 'path' | 'cache' | 'fetched'

/** A program that was found and has been run once, to ask its version. */
export interface Binary {
  name: BinaryName
  /** Absolute. */
  path: string
  /** As the program itself says it. */
  version: string
  origin: BinaryOrigin
}
