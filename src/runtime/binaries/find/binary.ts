/** A program that daffi runs and can fetch. */
export type BinaryName = 'nats-server' | 'ffmpeg'

/** Where a program was found, in the order of the search: environment variable, installed package, PATH, cache; or just fetched. */
export type BinaryOrigin = 'environment' | 'package' | 'path' | 'cache' | 'fetched'

/** A program that was found, and was run once to read its version. */
export interface Binary {
  name: BinaryName
  /** Absolute path. */
  path: string
  /** Version that the program itself prints. */
  version: string
  origin: BinaryOrigin
  /** Uses for which it is too old, and what to do about that. */
  warning?: string
}
