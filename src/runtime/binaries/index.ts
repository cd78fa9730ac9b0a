export type { Binary, BinaryName, BinaryOrigin } from './find/binary.js'
export { BINARY_NAMES, packageToFetch, warningOfFetched } from './find/catalog.js'
export { ensureBinary, type EnsureOptions, type FetchProgress } from './fetch/ensure.js'
export { withoutSecrets } from './run/environment.js'
export {
  findBinary,
  searchBinary,
  type FindBinaryOptions,
  type PassedOver,
  type Search,
} from './find/find-binary.js'
export { FIRST_OUTPUT, spawnGuarded, type Exit, type GuardedProcess, type GuardOptions } from './run/guard.js'
export { hasNpm } from './fetch/npm.js'
