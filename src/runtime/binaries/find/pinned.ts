import { createHash } from 'node:crypto'
import { createReadStream, lstatSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { MIB } from '../../core/bytes.js'
import { replaceFile } from '../../core/project/replace-file.js'
import { faultOf } from '../../core/ownership/ours.js'
import type { Build } from './catalog.js'

/**
 * Compares a program with its pinned sha256, which takes a tenth of a second.
 * @throws Error with the reason why it cannot be used
 */
export async function checkProgram(build: Build, path: string): Promise<void> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: MIB }), hash)
  if (hash.digest('hex') !== build.sha256) {
    throw new Error(`does not have the sha256 that daffi pins for ${build.package}@${build.version}`)
  }
}

/**
 * Compares a program in the cache with its pinned sha256, unless it has not changed since it was compared last. The record of
 * that lies beside the program, so whoever could forge it could replace the program as well; the caller has made sure that this
 * user and root alone can. Each write to the program changes its ctime, which no program can set, and with it the record.
 * @throws Error with the reason why it cannot be used
 */
export async function checkCached(build: Build, path: string): Promise<void> {
  const state = stateOf(build, path)
  if ((await readRecord(path)) === state) return
  await checkProgram(build, path)
  await writeRecord(path, state)
}

/** Records that the program in the cache, as it is now, has the pinned sha256. */
export async function recordChecked(build: Build, path: string): Promise<void> {
  await writeRecord(path, stateOf(build, path))
}

function stateOf({ sha256 }: Build, path: string): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = lstatSync(path, { bigint: true })
  return [sha256, dev, ino, size, mtimeNs, ctimeNs].join(' ')
}

function recordOf(path: string): string {
  return `${path}.checked`
}

async function readRecord(path: string): Promise<string | undefined> {
  try {
    const record = recordOf(path)
    return faultOf(record) ? undefined : await readFile(record, 'utf8')
  } catch {
    return undefined
  }
}

/** Without a record, as in a cache that is mounted read-only, the program is compared each time. */
async function writeRecord(path: string, state: string): Promise<void> {
  await replaceFile(recordOf(path), state, 0o600).catch(() => undefined)
}
