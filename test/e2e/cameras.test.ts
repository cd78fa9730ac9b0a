import { expect, test } from 'vitest'
import { runDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'

test('cameras are listed, or that there are none', async () => {
  const cwd = await temporaryProject()
  const { exitCode, stdout, stderr } = await runDaffi(['cameras', '--json'], { cwd })
  expect(exitCode, stderr).toBe(0)
  const { cameras } = JSON.parse(stdout) as { cameras: { device: string }[] }
  const text = await runDaffi(['cameras'], { cwd })
  for (const { device } of cameras) expect(text.stdout).toContain(device)
  if (cameras.length === 0) expect(text.stdout).toContain('no cameras')
})
