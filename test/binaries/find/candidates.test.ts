import { chmod, chown, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
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
const project = (): string => join(root, 'project')
const staticPackage = (): string => join(project(), 'node_modules', 'ffmpeg-static')

beforeEach(async () => {
  root = await temporaryFolder()
  await mkdir(join(project(), 'src'), { recursive: true })
  await writeFile(join(project(), 'package.json'), '{}')
  vi.spyOn(process, 'cwd').mockReturnValue(join(project(), 'src'))
  vi.stubEnv('XDG_CACHE_HOME', join(root, 'cache'))
  vi.stubEnv('PATH', join(root, 'bin'))
  vi.stubEnv('FFMPEG_PATH', undefined)
  return () => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  }
})

const writeFfmpeg = (path: string, version: string): Promise<string> =>
  writeProgram(path, `echo "ffmpeg version ${version}-test\nlibavcodec     60. 31.102"`)

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
  for await (const { origin, path, fault } of candidates('ffmpeg', project())) {
    if (path.startsWith(root)) all.push({ origin, path, ...(fault && { fault: fault.reason }) })
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

test('packages of the working folder and of folders above the project are left out', async () => {
  await writeFfmpeg(join(project(), 'src/node_modules/ffmpeg-static/ffmpeg'), '6.2')
  await writeFfmpeg(join(root, 'node_modules/ffmpeg-static/ffmpeg'), '6.2')
  expect(await found()).toEqual([])
  const installed = { origin: 'package', path: await installStatic('6.1') }
  expect(await found()).toEqual([installed])
})

test('a package behind a link, as pnpm and workspaces make it, is a candidate', async () => {
  const store = join(root, 'store', 'ffmpeg-static')
  await writeFfmpeg(join(store, 'ffmpeg'), '6.1')
  await mkdir(join(project(), 'node_modules'))
  await symlink(store, staticPackage())
  expect(await found()).toEqual([{ origin: 'package', path: join(staticPackage(), 'ffmpeg') }])
  await chmod(join(root, 'store'), 0o777)
  expect(await found()).toMatchObject([{ fault: 'can be written by every user' }])
})

test.skipIf(process.getuid?.() !== 0).each([
  ['the package', () => staticPackage()],
  ['node_modules', () => join(project(), 'node_modules')],
  ['the project', () => project()],
])("an installed program is passed over when %s is another user's", async (_, which) => {
  const path = await installStatic('6.1')
  await chown(which(), 65_534, 65_534)
  const { passedOver } = await searchBinary('ffmpeg', { project: project() })
  const reason = expect.stringContaining('belongs to another user (uid 65534)') as string
  expect(passedOver).toEqual([{ origin: 'package', path, reason }])
})

test('relative folders of the PATH are left out', async () => {
  await writeFfmpeg(join(project(), 'src', 'ffmpeg'), '6.1')
  vi.stubEnv('PATH', `.${delimiter}`)
  expect(await found()).toEqual([])
})
