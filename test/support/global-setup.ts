import { isFresh } from '../../scripts/fresh.js'
import { ensureBinary } from '../../src/runtime/binaries/index.js'
import { CACHE } from './paths.js'

/** The built command is what the end-to-end tests run, so a stale build would test yesterday's code. */
export default async function setup(): Promise<void> {
  if (!isFresh()) throw new Error('dist is missing or older than src: run npm run build (npm test does)')
  process.env.XDG_CACHE_HOME = CACHE
  await ensureBinary('nats-server')
  await ensureBinary('ffmpeg')
}
