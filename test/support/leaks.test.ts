import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { endLeftovers, processesOf } from './leaks.js'
import { temporaryFolder } from './temporary.js'

const WAIT = ['-e', 'console.log("up"); setInterval(() => {}, 1000)']

test.each([
  ['environment', (folder: string) => spawn(process.execPath, WAIT, { env: { MARK: folder } })],
  ['command line', (folder: string) => spawn(process.execPath, [...WAIT, join(folder, 'server.conf')])],
  ['working folder', (folder: string) => spawn(process.execPath, WAIT, { cwd: folder, env: {} })],
])('a process is found by its %s, and ended', async (_, start) => {
  const folder = await temporaryFolder()
  const child = start(folder)
  const exited = once(child, 'exit')
  await once(child.stdout, 'data')
  expect(processesOf(folder).map(({ pid }) => pid)).toEqual([child.pid])
  expect(await endLeftovers(folder, 0)).toHaveLength(1)
  await exited
  expect(processesOf(folder)).toEqual([])
})
