import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ReplayedLetters } from '../../src/runtime/index.js'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'

/** An alert that must arrive, and cannot until there is a file called mended. */
const FILES = {
  'pipeline.yaml': `
name: alarm
callbacks: ./callbacks
nodes:
  watcher:
    calls:
      - call: alert
        args: [fire]
        modifier: { BG: { durable: true, retry: { attempts: 2, delay: 10ms } } }
        wait_for: [siren]
  siren: { callbacks: [alert] }
`,
  'callbacks/alert.ts': `
import { appendFileSync, existsSync } from 'node:fs'
export default (what: string) => {
  appendFileSync('tried', what + '\\n')
  if (!existsSync('mended')) throw new Error('no line to the fire brigade')
  appendFileSync('alerted', what + '\\n')
  console.log('they are coming')
}
`,
}

test('a job that fails on every attempt is a dead letter, and is put back as a job', async () => {
  const cwd = await temporaryProject(FILES)
  const run = async (...args: string[]): Promise<{ exitCode: number | undefined; value: unknown }> => {
    const { exitCode, stdout, stderr } = await runDaffi([...args, '--json'], { cwd })
    expect(stdout, stderr).not.toBe('')
    return { exitCode, value: JSON.parse(stdout) }
  }
  const up = startDaffi(['up', 'pipeline.yaml', '--stay'], { cwd })
  await up.waitForLine(/no line to the fire brigade/)
  expect(await readFile(join(cwd, 'tried'), 'utf8')).toBe('fire\nfire\n')

  const { letters } = (await run('dead', 'list')).value as { letters: { id: number }[] }
  expect(letters).toMatchObject([
    {
      call: 'alert',
      node: 'siren',
      attempts: 2,
      error: { message: expect.stringMatching(/^no line to the fire brigade \(.*:\d+\)$/) as string },
      bytes: 6,
    },
  ])
  const { stdout } = await runDaffi(['dead', 'list'], { cwd })
  expect(stdout).toMatch(
    /job \S+ \(6 bytes\) to alert on siren, 2 attempts\n +DAFFI_REMOTE no line to the fire/,
  )
  await writeFile(join(cwd, 'mended'), '')
  const replayed = (await run('dead', 'replay', '--all')).value as ReplayedLetters
  expect(replayed).toEqual({ replayed: [letters[0]?.id], failed: [] })
  await up.waitForLine(/they are coming/)
  expect((await run('dead', 'list')).value).toEqual({ letters: [] })
  expect(await readFile(join(cwd, 'alerted'), 'utf8')).toBe('fire\n')
})

test('attempts are only for a job that is durable', async () => {
  const cwd = await temporaryProject({
    ...FILES,
    'pipeline.yaml': FILES['pipeline.yaml'].replace('durable: true, ', ''),
  })
  const { exitCode, stdout } = await runDaffi(['lint', 'pipeline.yaml', '--json'], { cwd })
  expect(exitCode).toBe(78)
  expect(stdout).toMatch(/retry.*needs durable: true/)
})
