import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { cachedPath } from '../../../src/runtime/binaries/find/cache.js'
import { candidates, type Candidate } from '../../../src/runtime/binaries/find/candidates.js'
import { buildFor, type Build } from '../../../src/runtime/binaries/find/catalog.js'
import { searchBinary } from '../../../src/runtime/binaries/index.js'
import { writeProgram } from '../../support/programs.js'
import { temporaryFolder } from '../../support/temporary.js'

const build = buildFor('ffmpeg') as Build

let root = ''
const bin = (): string => join(root, 'bin', 'ffmpeg')
const staticPackage = (): string => join(root, 'project', 'node_modules', 'ffmpeg-static')

beforeEach(async () => {
  root = await temporaryFolder()
  const project = join(root, 'project', 'src')
  await mkdir(project, { recursive: true })
  vi.spyOn(process, 'cwd').mockReturnValue(project)
  vi.stubEnv('XDG_CACHE_HOME', join(root, 'cache'))
  vi.stubEnv('PATH', join(root, 'bin'))
  vi.stubEnv('FFMPEG_PATH', undefined)
  return () => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  }
})

const writeFfmpeg = (path: string, version: string): Promise<string> =>
  writeProgram(path, `echo "ffmpeg version ${version}-test"`)

/** The package as npm installs it, with or without the program that its install step downloads. */
async function installStatic(version?: string): Promise<string> {
  await mkdir(staticPackage(), { recursive: true })
  await writeFile(join(staticPackage(), 'package.json'), '{ "name": "ffmpeg-static", "version": "5.3.0" }')
  const path = join(staticPackage(), 'ffmpeg')
  return version === undefined ? path : writeFfmpeg(path, version)
}

/** Candidates of this test's folder: daffi itself may have a program of its own installed. */
async function found(): Promise<Candidate[]> {
  const all: Candidate[] = []
  for await (const candidate of candidates('ffmpeg')) {
    if (candidate.path.startsWith(root)) all.push(candidate)
  }
  return all
}

test('there is none on a bare machine', async () => {
  expect(await found()).toEqual([])
})

test('the order: FFMPEG_PATH, ffmpeg-static, PATH, cache', async () => {
  const cached = { origin: 'cache', path: await writeFfmpeg(cachedPath(build), '4.1') }
  const onPath = { origin: 'path', path: await writeFfmpeg(bin(), '5.1') }
  const installed = { origin: 'package', path: await installStatic('6.1') }
  const explicit = { origin: 'environment', path: await writeFfmpeg(join(root, 'my-ffmpeg'), '7.1') }
  vi.stubEnv('FFMPEG_PATH', explicit.path)
  expect(await found()).toEqual([explicit, installed, onPath, cached])
  const { binary } = await searchBinary('ffmpeg')
  expect(binary).toEqual({ name: 'ffmpeg', ...explicit, version: '7.1-test' })

  vi.stubEnv('FFMPEG_PATH', undefined)
  expect(await found()).toEqual([installed, onPath, cached])
  expect((await searchBinary('ffmpeg')).binary).toEqual({ name: 'ffmpeg', ...installed, version: '6.1-test' })
  await rm(staticPackage(), { recursive: true })
  expect(await found()).toEqual([onPath, cached])
  await rm(onPath.path)
  expect(await found()).toEqual([cached])
})

test('ffmpeg-static whose install step has not run is left out', async () => {
  await installStatic()
  const onPath = { origin: 'path', path: await writeFfmpeg(bin(), '5.1') }
  expect(await found()).toEqual([onPath])
})

test.each([
  ['is a folder', (path: string) => mkdir(path)],
  ['cannot be executed', async (path: string) => chmod(await writeFfmpeg(path, '6.1'), 0o644)],
])('ffmpeg-static whose program %s is left out', async (_, place) => {
  await place(await installStatic())
  const onPath = { origin: 'path', path: await writeFfmpeg(bin(), '5.1') }
  expect(await found()).toEqual([onPath])
})

test('ffmpeg-static whose program is broken off is passed over, with the reason', async () => {
  const broken = await installStatic()
  await writeFile(broken, '\x7fELF', { mode: 0o755 })
  await writeFfmpeg(bin(), '5.1')
  const { binary, passedOver } = await searchBinary('ffmpeg')
  expect(binary?.path).not.toBe(broken)
  expect(passedOver[0]).toMatchObject({
    origin: 'package',
    path: broken,
    reason: expect.any(String) as string,
  })
})

test('the nearest installed package comes first', async () => {
  const far = { origin: 'package', path: await installStatic('6.1') }
  const near = {
    origin: 'package',
    path: await writeFfmpeg(join(root, 'project/src/node_modules/ffmpeg-static/ffmpeg'), '6.2'),
  }
  expect(await found()).toEqual([near, far])
})
