import { fileURLToPath } from 'node:url'

/** Absolute path of a file in daffi's package. Not relative to the module, since sources and built chunks lie in different folders. */
export const packageFile = (path: string): string => fileURLToPath(import.meta.resolve(`#package/${path}`))
