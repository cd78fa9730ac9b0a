import { chmod, mkdir, stat } from 'node:fs/promises'
import module from 'node:module'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { hideKeepCompiledEnv, keepCompiledEnv } from '../../../src/runtime/core/project/compile-cache.js'
import { temporaryFolder } from '../../support/temporary.js'

/** Makes Node 20 look like a later one, which can keep what it compiles. */
function asNode22(): void {
  if ('enableCompileCache' in module) return
  Object.assign(module, { enableCompileCache: () => undefined })
  onTestFinished(() => void Reflect.deleteProperty(module, 'enableCompileCache'))
}

async function cacheHome(): Promise<string> {
  const home = await temporaryFolder()
  vi.stubEnv('XDG_CACHE_HOME', home)
  vi.stubEnv('NODE_COMPILE_CACHE', undefined)
  onTestFinished(() => void vi.unstubAllEnvs())
  return join(home, 'daffi')
}

test('compiled code is kept in a folder that is closed to others, and user code does not see where', async () => {
  asNode22()
  const cache = await cacheHome()
  expect(keepCompiledEnv()).toEqual({ NODE_COMPILE_CACHE: join(cache, 'compiled') })
  expect((await stat(join(cache, 'compiled'))).mode & 0o077).toBe(0)
  vi.stubEnv('NODE_COMPILE_CACHE', join(cache, 'compiled'))
  hideKeepCompiledEnv()
  expect(process.env).not.toHaveProperty('NODE_COMPILE_CACHE')
})

test('a folder that the user has named is used, and stays in the environment', async () => {
  await cacheHome()
  vi.stubEnv('NODE_COMPILE_CACHE', '/elsewhere')
  expect(keepCompiledEnv()).toEqual({})
  hideKeepCompiledEnv()
  expect(process.env.NODE_COMPILE_CACHE).toBe('/elsewhere')
})

test('no code is taken from a folder that others may enter', async () => {
  asNode22()
  const cache = await cacheHome()
  await mkdir(join(cache, 'compiled'), { recursive: true })
  await chmod(join(cache, 'compiled'), 0o777)
  expect(keepCompiledEnv()).toEqual({})
})
