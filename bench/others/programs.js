import { fileURLToPath } from 'node:url'

/** Folder of the programs that use the other systems. */
export const PROGRAMS = fileURLToPath(new URL('./programs', import.meta.url))
