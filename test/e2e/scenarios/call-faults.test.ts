import { BG, BROADCAST, FG, PERIOD, type Global } from 'daffi'
import { expect, test } from 'vitest'
import { connect } from '../../support/connect.js'
import { startDaffi, type RunningDaffi } from '../../support/daffi.js'
import { waitUntilGone } from '../../support/leaks.js'
import { serverPid } from '../../support/project-server.js'
import { temporaryFixture } from '../../support/temporary.js'

type Faults = typeof import('../../fixtures/scenarios/callbacks/faults.js')

interface Callbacks extends Faults {
  add: (...numbers: unknown[]) => number
  greet: (value: string) => string
  ad: () => void
}

interface Run {
  cwd: string
  up: RunningDaffi
  g: Global<Callbacks>
}

async function run(...nodes: string[]): Promise<Run> {
  const cwd = await temporaryFixture('scenarios')
  const up = startDaffi(['up', 'faults.yaml', '--only', nodes.join()], { cwd, ownGroup: true })
  await Promise.all(nodes.map((name) => up.waitForLine(new RegExp(`^${name} .*ready`))))
  return { cwd, up, g: await connect<Callbacks>(cwd, { pipeline: 'faults' }) }
}

async function codeOf(call: PromiseLike<unknown>): Promise<string | undefined> {
  const error = await call.then(undefined, (reason: unknown) => reason)
  const { code, remoteCode } = error as { code?: string; remoteCode?: string }
  return remoteCode ?? code
}

test('what a call lacks, or its node, is told by a code of its own', async () => {
  const { up, g } = await run('worker', 'mortal')
  const { add, ad, give_function } = g.call
  const past = new Date(Date.now() - 1000)
  const soon = new Date(Date.now() + 60_000)
  const wrong: [string, () => PromiseLike<unknown>][] = [
    ['DAFFI_UNKNOWN_CALLBACK', () => ad()],
    ['DAFFI_UNKNOWN_NODE', () => add(1, 2).to('wroker')],
    ['DAFFI_ARGUMENT_COUNT', () => add(1)],
    ['DAFFI_ARGUMENT_COUNT', () => add(1).with(PERIOD({ interval: 1 }))],
    ['DAFFI_UNSENDABLE', () => add(1, () => 2)],
    ['DAFFI_UNSENDABLE', () => give_function()],
    ['DAFFI_BAD_DURATION', () => add(1, 2).with(BG({ eta: -1 }))],
    ['DAFFI_PAST_DEADLINE', () => add(1, 2).with(PERIOD({ at: past }))],
    ['DAFFI_PAST_DEADLINE', () => add(1, 2).with(PERIOD({ at: [soon, past] }))],
    ['DAFFI_BAD_INTERVAL', () => add(1, 2).with(PERIOD({ interval: 0 }))],
    ['DAFFI_BAD_INTERVAL', () => add(1, 2).with(PERIOD({ interval: -1 }))],
    ['DAFFI_BAD_SCHEDULE', () => add(1, 2).with(PERIOD({ interval: '5s', at: soon }))],
    ['DAFFI_BAD_CRON', () => add(1, 2).with(PERIOD({ cron: 'often' }))],
    ['DAFFI_BAD_CRON', () => add(1, 2).with(PERIOD({ cron: '61 * * * * *' }))],
  ]
  for (const [code, call] of wrong) expect(await codeOf(call()), String(call)).toBe(code)
  expect(await g.schedules()).toEqual([])

  const killed = Date.now()
  expect(await codeOf(g.call.die().with(FG({ timeout: 0 })))).toBe('DAFFI_NODE_DIED')
  expect(Date.now() - killed).toBeLessThan(5000)

  expect(await codeOf(g.call.late().with(FG({ timeout: '1s' })))).toBe('DAFFI_TIMEOUT')
  await up.waitForLine(/late has begun/)
  await g.call.answer_late()
  expect(await add(1, 2)).toBe(3)
})

test('a callback that never returns costs its caller the timeout, the others nothing, and Ctrl-C ends it', async () => {
  const { cwd, up, g } = await run('worker', 'hanging', 'busy')
  const begun = Promise.all(['hang', 'block'].map((name) => up.waitForLine(new RegExp(`${name} has begun`))))
  const patience = FG({ timeout: '1s' })
  const calls = [g.call.hang(), g.call.block()].map((call) => codeOf(call.with(patience)))
  expect(await Promise.all(calls)).toEqual(['DAFFI_TIMEOUT', 'DAFFI_TIMEOUT'])
  await begun

  expect(await g.call.add(1, 2)).toBe(3)
  expect(await g.call.greet('hello').to('hanging')).toBe('hanging.hello')
  expect(await codeOf(g.call.greet('hello').to('busy').with(patience))).toBe('DAFFI_TIMEOUT')

  const last = codeOf(g.call.hang().with(FG({ timeout: 0 })))
  await up.waitForLine(/hang has begun/, 2)
  up.interrupt()
  const { exitCode, stdout, stderr } = await up.exited
  expect(exitCode, stderr).toBe(0)
  expect(stdout).toMatch(/^hanging +\| hang was aborted: .*leaves the pipeline/m)
  expect(await last).toBe('DAFFI_NODE_DIED')
  expect(stdout).not.toMatch(/^hanging +\| did not leave/m)
  expect(stdout).toMatch(/^busy +\| did not leave within/m)
  expect(await waitUntilGone(cwd)).toEqual([])
})

test('calls that are under way when the server dies fail at once, and those after its return succeed', async () => {
  const { cwd, up, g } = await run('worker')
  const late = codeOf(g.call.late().with(FG({ timeout: 0 })))
  const job = await g.call.late().with(BG)
  const all = g.call.late().with(BROADCAST({ timeout: 0 }))
  await up.waitForLine(/late has begun/, 3)
  process.kill(serverPid(cwd), 'SIGKILL')
  expect(await Promise.all([late, codeOf(job.get())])).toEqual(['DAFFI_SERVER_LOST', 'DAFFI_SERVER_LOST'])
  expect(await all).toMatchObject({ worker: { code: 'DAFFI_SERVER_LOST' } })
  await up.waitForLine(/^worker .*server is back/)
  // The server has another token now, which a program outside of the project has to be given anew.
  const after = await connect<Callbacks>(cwd, { pipeline: 'faults' })
  // The worker claims its name again after it has told of the server.
  await after.waitFunction('add')
  expect(await after.call.add(1, 2)).toBe(3)
  await after.call.answer_late()
})
