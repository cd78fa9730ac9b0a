import { fileURLToPath } from 'node:url'

/** The path of a file of daffi's, given from its package's folder: sources and what is built of them lie in different places. */
export const packageFile = (path: string): string => fileURLToPath(import.meta.resolve(`#package/${path}`))
