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
  /** What it should not be used for, and what to do about that; only when it is older than the catalog asks for all uses. */
  warning?: string
}
