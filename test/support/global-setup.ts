import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CACHE, ROOT } from './paths.js'

/** The built command is what the end-to-end tests run, so a stale build would test yesterday's code. */
export default function setup(): void {
  const newest = Math.max(...mtimes('src'))
  const oldest = Math.min(...mtimes('dist'))
  if (!(newest < oldest))
    throw new Error('dist is missing or older than src: run npm run build (npm test does)')
  mkdirSync(CACHE, { recursive: true })
}

function mtimes(folder: string): number[] {
  const path = join(ROOT, folder)
  if (!existsSync(path)) return []
  const entries = readdirSync(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((each) => each.isFile())
    .map((file) => statSync(join(file.parentPath, file.name)).mtimeMs)
}
