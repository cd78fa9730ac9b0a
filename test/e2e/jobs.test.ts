import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JobList, ListedLetters, ReplayedLetters } from '../../src/runtime/index.js'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'

/** An alert that must arrive, and cannot until there is a file called mended. */
const FILES = {
  'pipeline.yaml': `
name: alarm
callbacks: ./callbacks
dead_letters: { age: 30d, bytes: 64 MiB }
nodes:
  watcher:
    calls:
      - call: alert
        args: [fire]
        modifier: { BG: { durable: true, id: fire-1, retry: { attempts: 2, delay: 10ms } } }
        wait_for: [siren]
      - { call: alert, args: [wait], modifier: { BG: { durable: true, id: wait-1 } }, wait_for: [siren] }
      - { call: alert, args: [later], modifier: { BG: { durable: true, id: later-1, delay: 1h } }, wait_for: [siren] }
    restart: always
  again:
    calls:
      - call: alert
        args: [fire]
        modifier: { BG: { durable: true, id: fire-1, retry: { attempts: 2, delay: 10ms } } }
        wait_for: [siren]
  siren: { callbacks: [{ alert: { rate: 1000/s } }] }
`,
  'callbacks/alert.ts': `
import { appendFileSync, existsSync } from 'node:fs'
import { context } from 'daffi'
export default async (what: string) => {
  appendFileSync('tried', what + '\\n')
  if (what === 'wait') {
    const { signal } = context()
    console.log('waiting')
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    console.log('told to end')
    return
  }
  if (!existsSync('mended')) throw new Error('no line to the fire brigade')
  console.log('they are coming')
}
`,
}

test('jobs are one under their ids, and are listed, shown, cancelled, and run again from their dead letters', async () => {
  const cwd = await temporaryProject(FILES)
  const run = async (...args: string[]): Promise<{ exitCode: number | undefined; value: unknown }> => {
    const { exitCode, stdout, stderr } = await runDaffi([...args, '--json'], { cwd })
    expect(stdout, stderr).not.toBe('')
    return { exitCode, value: JSON.parse(stdout) }
  }
  const up = startDaffi(['up', 'pipeline.yaml', '--stay'], { cwd })
  await Promise.all([up.waitForLine(/no line to the fire brigade/), up.waitForLine(/waiting/)])

  // The third may be sent after the others have begun.
  let jobs: JobList['jobs'] = []
  const list = async (): Promise<number> => {
    jobs = ((await run('jobs', 'list')).value as JobList).jobs
    return jobs.filter(({ state }) => state === 'failed' || state === 'waiting').length
  }
  await expect.poll(list).toBe(2)
  expect(jobs).toMatchObject([
    { id: 'wait-1', state: 'running', node: 'siren', attempts: 1, from: 'watcher' },
    { id: 'later-1', state: 'waiting', callback: 'alert', attempts: 0, left: 1 },
    {
      id: 'fire-1',
      state: 'failed',
      node: 'siren',
      attempts: 2,
      left: 0,
      letter: expect.any(Number) as number,
    },
  ])
  const letter = String(jobs[2]?.letter)
  const shown = await runDaffi(['dead', 'show', letter], { cwd })
  expect(shown.stdout).toMatch(
    /job fire-1 \(6 bytes\) to alert on siren, 2 attempts\n +DAFFI_REMOTE no line to the fire brigade \(.*alert.ts:\d+\)[^]*arguments +\["fire"\]/,
  )
  const job = await runDaffi(['jobs', 'show', 'fire-1'], { cwd })
  expect(job.stdout).toMatch(
    /^fire-1 +failed +alert on siren .* 2 attempts\n[^]*on siren: DAFFI_REMOTE no line[^]*on siren: /,
  )

  expect((await run('jobs', 'cancel', 'wait-1')).value).toEqual({ id: 'wait-1', was: 'running' })
  await up.waitForLine(/told to end/)
  expect((await run('jobs', 'cancel', 'later-1')).value).toEqual({ id: 'later-1', was: 'waiting' })
  expect((await run('jobs', 'retry', 'later-1')).value).toMatchObject({
    error: { code: 'DAFFI_JOB_NOT_FAILED' },
  })
  expect((await run('dead', 'drop', '--older-than', '1d')).value).toEqual({ dropped: [] })

  await writeFile(join(cwd, 'mended'), '')
  const replayed = (await run('dead', 'replay', letter)).value as ReplayedLetters
  expect(replayed).toEqual({ replayed: [Number(letter)], failed: [] })
  await up.waitForLine(/they are coming/)
  const left = (await run('dead', 'list')).value as ListedLetters
  expect(left).toEqual({ letters: [], dropped: { letters: 0, bytes: 0, time: 0 } })
  // Two nodes have sent it, and each attempt is here once.
  expect((await readFile(join(cwd, 'tried'), 'utf8')).replace('wait\n', '')).toBe('fire\nfire\nfire\n')
})
