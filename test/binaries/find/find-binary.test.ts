import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { findBinary, searchBinary } from '../../../src/runtime/binaries/index.js'
import { cachedPath } from '../../../src/runtime/binaries/find/cache.js'
import { buildFor, type Build } from '../../../src/runtime/binaries/find/catalog.js'
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

const onPath = (): string => join((process.env.PATH ?? '').split(':')[0] ?? '', 'nats-server')

test('nothing is found on a bare machine', async () => {
  expect(await findBinary('nats-server')).toBeUndefined()
})

test('the environment goes before the PATH, and the PATH before the cache', async () => {
  const cached = await writeNatsServer(cachedPath(build), '2.14.0')
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
  await writeNatsServer(cachedPath(build), '2.14.0')
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
