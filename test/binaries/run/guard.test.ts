import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { spawnGuarded, type GuardedProcess } from '../../../src/runtime/binaries/index.js'
import { fixture } from '../../support/paths.js'
import { processesOf, waitUntilGone } from '../../support/leaks.js'
import { temporaryFolder } from '../../support/temporary.js'

const IGNORES_TERM = 'trap "" TERM; echo up; while :; do sleep 0.1; done'

async function shell(script: string, folder: string, env?: NodeJS.ProcessEnv): Promise<GuardedProcess> {
  const child = spawnGuarded('/bin/sh', ['-c', script], {
    stdout: 'pipe',
    cwd: folder,
    ...(env ? { env } : {}),
  })
  onTestFinished(() => child.stop(0))
  return Promise.resolve(child)
}

const output = ({ stdout }: GuardedProcess): Promise<string> => text(stdout as NonNullable<typeof stdout>)

test('output, exit code and process id are the child’s own, and nothing stays behind', async () => {
  const folder = await temporaryFolder()
  const child = await shell('echo $$; echo oops >&2; exit 7', folder)
  const [stdout, stderr, exit] = await Promise.all([output(child), text(child.stderr), child.exited])
  expect(stdout).toBe(`${child.pid}\n`)
  expect(stderr).toBe('oops\n')
  expect(exit).toEqual({ exitCode: 7, signal: null })
  expect(await waitUntilGone(folder)).toEqual([])
})

test('a child that a signal ended says which', async () => {
  const child = await shell('kill -KILL $$', await temporaryFolder())
  expect(await child.exited).toEqual({ exitCode: null, signal: 'SIGKILL' })
})

test('a program that is not there ends with 127', async () => {
  const child = spawnGuarded('/nowhere/program', [], { stdout: 'ignore' })
  expect(await text(child.stderr)).toContain('/nowhere/program')
  expect(await child.exited).toEqual({ exitCode: 127, signal: null })
})

test('a folder that is not there is an error at once', () => {
  expect(() => spawnGuarded('/bin/true', [], { stdout: 'ignore', cwd: '/nowhere' })).toThrow(
    'cannot be started',
  )
})

test('stop ends it by TERM, may be called again, and after the end', async () => {
  const child = await shell(
    'trap "exit 3" TERM; echo up; while :; do sleep 0.1; done',
    await temporaryFolder(),
  )
  await once(child.stdout as NonNullable<typeof child.stdout>, 'data')
  await Promise.all([child.stop(), child.stop()])
  expect(await child.exited).toEqual({ exitCode: 3, signal: null })
  await child.stop()
})

test('stop kills what ignores TERM, with everything it started', async () => {
  const folder = await temporaryFolder()
  const child = await shell(`trap '' TERM; sh -c '${IGNORES_TERM}' & ${IGNORES_TERM}`, folder)
  await once(child.stdout as NonNullable<typeof child.stdout>, 'data')
  await child.stop(100)
  expect(await child.exited).toEqual({ exitCode: null, signal: 'SIGKILL' })
  expect(await waitUntilGone(folder)).toEqual([])
})

test('the environment goes on without the server’s secrets, or is replaced', async () => {
  const folder = await temporaryFolder()
  process.env.NATS_TOKEN = 'secret'
  onTestFinished(() => {
    delete process.env.NATS_TOKEN
  })
  expect(await output(await shell('echo "$NATS_TOKEN$HOME"', folder))).toBe(`${process.env.HOME ?? ''}\n`)
  expect(await output(await shell('echo "$HOME$MODE"', folder, { MODE: 'fast' }))).toBe('fast\n')
})

test.each([
  ['a child that ends on TERM', 'echo up; exec sleep 100'],
  ['a child that ignores TERM', IGNORES_TERM],
])('%s is gone soon after its owner was killed', async (_, script) => {
  const folder = await temporaryFolder()
  const owner = spawn(process.execPath, [fixture('owners/guarded.js'), script], { cwd: folder })
  await once(owner.stdout, 'data')
  const owned = processesOf(folder)
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  expect(owned.length).toBeGreaterThan(1)
  expect(await waitUntilGone(folder)).toEqual([])
})

test('a child lets go before it dies when it has the time', async () => {
  const folder = await temporaryFolder()
  const note = join(folder, 'note')
  // Nobody reads its standard error any more, and writing to it would end it.
  const script = `exec 2>/dev/null; trap 'echo done > ${note}; exit' TERM; echo up; while :; do sleep 0.1; done`
  const owner = spawn(process.execPath, [fixture('owners/guarded.js'), script], { cwd: folder })
  await once(owner.stdout, 'data')
  owner.kill('SIGKILL')
  expect(await waitUntilGone(folder)).toEqual([])
  expect(await readFile(note, 'utf8')).toBe('done\n')
})
