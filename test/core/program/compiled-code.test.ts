import {
  chmod,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import type { Script } from 'node:vm'
import { expect, onTestFinished, test, vi } from 'vitest'
import { CompiledCode } from '../../../src/runtime/core/program/compiled-code.js'
import { temporaryFolder } from '../../support/temporary.js'

const SOURCE = '(function () { return 6 * 7 })'
const NAME = join('program', 'chunk.cjs')

/** An empty cache of its own. */
async function cacheHome(): Promise<string> {
  const home = await temporaryFolder()
  vi.stubEnv('XDG_CACHE_HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  return join(home, 'daffi')
}

let scripts = 0

/** Compiles the source, each time as another file: of one that is still in memory, V8 reads no kept code. */
function compiled(source = SOURCE, build = 'first', changed = 1): { code: CompiledCode; script: Script } {
  const code = new CompiledCode('/somewhere/dist', build)
  const path = `/somewhere/dist/chunk-${scripts++}.cjs`
  return { code, script: code.compile({ source, path, changed, name: NAME }) }
}

/** Whether code that was kept was taken; undefined when none was found. */
const isTaken = ({ cachedDataRejected }: Script): boolean | undefined =>
  cachedDataRejected === undefined ? undefined : !cachedDataRejected

/** Compiles and keeps the script once. @returns the file with its code */
async function keptFile(cache: string): Promise<string> {
  const { code, script } = compiled()
  expect(isTaken(script)).toBeUndefined()
  script.runInThisContext()
  code.keep()
  const files = await readdir(cache, { recursive: true })
  return join(cache, files.find((file) => file.endsWith(NAME)) ?? '')
}

test('a script is compiled once, and its code kept in a folder that is closed to others', async () => {
  const cache = await cacheHome()
  const file = await keptFile(cache)
  for (const folder of [cache, join(cache, 'compiled'), dirname(file)])
    expect((await stat(folder)).mode & 0o077).toBe(0)
  expect(await readdir(dirname(file))).toEqual(['chunk.cjs'])
  const { script } = compiled()
  expect(isTaken(script)).toBe(true)
  expect((script.runInThisContext() as () => number)()).toBe(42)
})

test('code of another build, or of one that was not written to its end, is not taken, and replaced', async () => {
  const file = await keptFile(await cacheHome())
  const whole = await readFile(file)
  const other = compiled('(function () { return 6 * 9 })', 'second')
  expect(isTaken(other.script)).toBeUndefined()
  other.code.keep()
  expect(isTaken(compiled('(function () { return 6 * 9 })', 'second').script)).toBe(true)
  await writeFile(file, whole)
  await truncate(file, whole.length - 1)
  expect(isTaken(compiled().script)).toBeUndefined()
  await truncate(file, 0)
  const { code, script } = compiled()
  expect(isTaken(script)).toBeUndefined()
  code.keep()
  expect(await readFile(file)).toHaveLength(whole.length)
})

test('code of which one bit has changed is not taken, since V8 would run it, and replaced', async () => {
  const file = await keptFile(await cacheHome())
  const whole = await readFile(file)
  const broken = Buffer.from(whole)
  broken.writeUInt8(broken.readUInt8(broken.length / 2) ^ 1, broken.length / 2)
  await writeFile(file, broken)
  const { code, script } = compiled()
  expect(isTaken(script)).toBeUndefined()
  expect((script.runInThisContext() as () => number)()).toBe(42)
  code.keep()
  expect(isTaken(compiled().script)).toBe(true)
})

test('code of a source that was mended in place, in as many letters, is not taken, and replaced', async () => {
  await keptFile(await cacheHome())
  const mended = '(function () { return 6 * 9 })'
  const { code, script } = compiled(mended, 'first', 2)
  expect(isTaken(script)).toBeUndefined()
  expect((script.runInThisContext() as () => number)()).toBe(54)
  code.keep()
  expect(isTaken(compiled(mended, 'first', 2).script)).toBe(true)
})

test('code that V8 refuses is replaced', async () => {
  await keptFile(await cacheHome())
  const longer = '(function () { return 6 * 7 + 1 })'
  const { code, script } = compiled(longer)
  expect(isTaken(script)).toBe(false)
  expect((script.runInThisContext() as () => number)()).toBe(43)
  code.keep()
  expect(isTaken(compiled(longer).script)).toBe(true)
})

test('code in the file of another script is not taken', async () => {
  const file = await keptFile(await cacheHome())
  await rename(file, join(dirname(file), 'other.cjs'))
  const code = new CompiledCode('/somewhere/dist', 'first')
  const path = `/somewhere/dist/other-${scripts++}.cjs`
  const other = code.compile({ source: SOURCE, path, changed: 1, name: join('program', 'other.cjs') })
  expect(isTaken(other)).toBeUndefined()
})

test.each([
  ['version', 'v20.19.0'],
  ['execPath', import.meta.filename],
] as const)('code of a Node with another %s and the same V8 is not taken', async (name, value) => {
  await keptFile(await cacheHome())
  expect(isTaken(compiled().script)).toBe(true)
  const own = Object.getOwnPropertyDescriptor(process, name)
  onTestFinished(() => void Object.defineProperty(process, name, own ?? {}))
  Object.defineProperty(process, name, { ...own, value })
  expect(isTaken(compiled().script)).toBeUndefined()
})

test('code of long ago is removed when other code is written', async () => {
  const cache = await cacheHome()
  const [old, recent] = ['old', 'recent'].map((name) => join(cache, 'compiled', name)) as [string, string]
  for (const folder of [old, recent]) await mkdir(join(folder, 'program'), { recursive: true, mode: 0o700 })
  for (const folder of [cache, join(cache, 'compiled')]) await chmod(folder, 0o700)
  const days = (count: number): number => Date.now() / 1000 - count * 24 * 60 * 60
  await utimes(old, days(31), days(31))
  await utimes(recent, days(29), days(29))
  await keptFile(cache)
  const names = await readdir(join(cache, 'compiled'))
  expect(names).toHaveLength(2)
  expect(names).toContain('recent')
})

test('no code is taken from a folder that others may enter, nor written there', async () => {
  const cache = await cacheHome()
  const file = await keptFile(cache)
  await chmod(join(cache, 'compiled'), 0o777)
  const { code, script } = compiled()
  expect(isTaken(script)).toBeUndefined()
  await cp(file, `${file}.before`)
  await writeFile(file, '')
  code.keep()
  expect(await readFile(file)).toHaveLength(0)
})

test('while a stream has other flags set, code is neither taken nor written', async () => {
  const file = await keptFile(await cacheHome())
  await truncate(file, 0)
  const { code } = compiled()
  setFlagsFromString('--heap-growing-percent=37')
  onTestFinished(() => setFlagsFromString('--heap-growing-percent=0'))
  const other = { source: SOURCE, path: '/somewhere/dist/other.cjs', changed: 1, name: NAME }
  expect(isTaken(code.compile(other))).toBeUndefined()
  code.keep()
  expect(await readFile(file)).toHaveLength(0)
})

test.each(['', '..'])(
  'a cache that cannot be used since a file is at %j of it is done without',
  async (place) => {
    const cache = await cacheHome()
    const file = join(cache, place)
    await rm(file, { recursive: true, force: true })
    await writeFile(file, 'no folder')
    const { code, script } = compiled()
    code.keep()
    expect((script.runInThisContext() as () => number)()).toBe(42)
  },
)

test.runIf(process.platform === 'linux')('a cache that no file system can have is done without', () => {
  vi.stubEnv('XDG_CACHE_HOME', '/proc/nowhere')
  onTestFinished(() => void vi.unstubAllEnvs())
  const { code, script } = compiled()
  code.keep()
  expect((script.runInThisContext() as () => number)()).toBe(42)
})
