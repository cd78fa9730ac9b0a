import { join } from 'node:path'
import { expect, test } from 'vitest'
import { askVersion } from '../../../src/runtime/binaries/find/ask-version.js'
import { writeNatsServer, writeProgram } from '../../support/programs.js'
import { temporaryFolder } from '../../support/temporary.js'

test('a program is asked for its version', async () => {
  const path = await writeNatsServer(join(await temporaryFolder(), 'nats-server'), '2.11.3')
  expect(await askVersion('nats-server', path)).toBe('2.11.3')
})

test('ffmpeg builds have versions that are no numbers', async () => {
  const script = 'echo "ffmpeg version N-47683-g0e8eb07980-static https://example.invalid Copyright (c)"'
  const path = await writeProgram(join(await temporaryFolder(), 'ffmpeg'), script)
  expect(await askVersion('ffmpeg', path)).toBe('N-47683-g0e8eb07980-static')
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
    expect(await askVersion('nats-server', path)).toBe('2.14.0')
  } finally {
    delete process.env.NATS_TOKEN
  }
})
