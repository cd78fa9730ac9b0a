import { homedir } from 'node:os'
import { afterEach, expect, test, vi } from 'vitest'
import type { Build } from '../../../src/runtime/binaries/find/catalog.js'
import { cachedPath } from '../../../src/runtime/binaries/find/cache.js'
import { cacheFolder, homeFolder } from '../../../src/runtime/core/project/cache-folder.js'

afterEach(() => vi.unstubAllEnvs())

test('the cache is where XDG_CACHE_HOME says', () => {
  vi.stubEnv('XDG_CACHE_HOME', '/somewhere/cache')
  expect(cacheFolder()).toBe('/somewhere/cache/daffi')
})

test.each([undefined, '', 'relative/folder'])('XDG_CACHE_HOME=%s is left aside', (value) => {
  vi.stubEnv('XDG_CACHE_HOME', value)
  expect(cacheFolder().startsWith(homedir())).toBe(true)
})

test('without a home folder the cache is below the root, where nobody else may make one', () => {
  vi.stubEnv('XDG_CACHE_HOME', undefined)
  vi.stubEnv('HOME', '')
  expect(homeFolder()).toBe('/')
})

test('package and version are in the path', () => {
  vi.stubEnv('XDG_CACHE_HOME', '/c')
  const build = { package: '@scope/server-linux-x64', version: '1.2.3', file: 'bin/server' } as Build
  expect(cachedPath(build)).toBe('/c/daffi/@scope/server-linux-x64/1.2.3/bin/server')
})
