/** Files that editors, sync programs and systems put beside a module: `._a.ts`, `.#a.ts`, `~$a.ts`, `a (copy).ts`, `a - Copy.ts`. */
const COMPANION = /^[.~#]|[\s()]/

/** Types and tests of a module. */
const NO_MODULE = /\.(?:d|test|spec)\.\w+$/

/** Whether a file of a callbacks folder is passed over because of its name: nobody wrote it as a module of callbacks. */
export function isCompanion(name: string): boolean {
  return COMPANION.test(name) || NO_MODULE.test(name)
}
