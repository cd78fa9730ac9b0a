import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBinary } from '../../src/runtime/binaries/index.js'
import { CACHE, ROOT } from './paths.js'

/** The built command is what the end-to-end tests run, so a stale build would test yesterday's code. */
export default async function setup(): Promise<void> {
  const newest = Math.max(...mtimes('src'))
  const oldest = Math.min(...mtimes('dist'))
  if (!(newest < oldest))
    throw new Error('dist is missing or older than src: run npm run build (npm test does)')
  process.env.XDG_CACHE_HOME = CACHE
  await ensureBinary('nats-server')
  await ensureBinary('ffmpeg')
}

function mtimes(folder: string): number[] {
  const path = join(ROOT, folder)
  if (!existsSync(path)) return []
  const entries = readdirSync(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((each) => each.isFile())
    .map((file) => statSync(join(file.parentPath, file.name)).mtimeMs)
}
