import { join } from 'node:path'
import { expect, test } from 'vitest'
import { askVersion } from '../../../src/runtime/binaries/find/ask-version.js'
import { writeNatsServer, writeProgram } from '../../support/programs.js'
import { temporaryFolder } from '../../support/temporary.js'

test('a program is asked for its version', async () => {
  const path = await writeNatsServer(join(await temporaryFolder(), 'nats-server'), '2.11.3')
  expect(await askVersion('nats-server', path)).toEqual({ version: '2.11.3' })
})

test.each([
  ['N-47683-g0e8eb07980-static', '58. 42.100', true],
  ['5.1.6-0+deb12u1', '59. 37.100', true],
  ['6.0', '60.  3.100', false],
  ['N-118000-gabcdef0123', '62. 11.100', false],
])('ffmpeg %s with libavcodec %s: a warning is %s', async (version, codec, isWarned) => {
  const script = `echo "ffmpeg version ${version} Copyright (c)\nlibavutil      56. 24.101 / 56. 24.101\nlibavcodec     ${codec} / ${codec}"`
  const path = await writeProgram(join(await temporaryFolder(), 'ffmpeg'), script)
  const answer = await askVersion('ffmpeg', path)
  expect(answer.version).toBe(version)
  expect(answer.warning !== undefined).toBe(isWarned)
})

test('an ffmpeg that names no libavcodec is taken for an old one', async () => {
  const path = await writeProgram(join(await temporaryFolder(), 'ffmpeg'), 'echo "ffmpeg version 7.0"')
  expect((await askVersion('ffmpeg', path)).warning).toContain('for files and test patterns only')
})

test('a program that is too old, is another, or fails is refused', async () => {
  const folder = await temporaryFolder()
  const old = await writeNatsServer(join(folder, 'old'), '2.9.10')
  await expect(askVersion('nats-server', old)).rejects.toThrow('is version 2.9.10, older than 2.10.0')
  const other = await writeProgram(join(folder, 'other'), 'echo hello')
  await expect(askVersion('nats-server', other)).rejects.toThrow(
    'does not print a version as nats-server does',
  )
  const failing = await writeProgram(join(folder, 'failing'), 'exit 3')
  await expect(askVersion('nats-server', failing)).rejects.toThrow()
})

test('a program that is asked gets none of the secrets', async () => {
  const script = 'echo "nats-server: v2.14.0$NATS_TOKEN"'
  const path = await writeProgram(join(await temporaryFolder(), 'nats-server'), script)
  process.env.NATS_TOKEN = '-secret'
  try {
    expect(await askVersion('nats-server', path)).toEqual({ version: '2.14.0' })
  } finally {
    delete process.env.NATS_TOKEN
  }
})
