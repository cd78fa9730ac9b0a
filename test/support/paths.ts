import { fileURLToPath } from 'node:url'

/** The project's own folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The command as users run it; it needs a build. */
export const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

/** The user's cache for every test, so that no run fetches a binary twice. */
export const CACHE = fileURLToPath(new URL('../../node_modules/.cache/daffi-test', import.meta.url))

/** A file or folder under test/fixtures. */
export function fixture(path: string): string {
  return fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url))
}
