import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createLogger } from '../../../src/runtime/core/logger.js'
import { processesOf } from '../../support/leaks.js'
import { digestGuard } from '../digest.js'
import { httpCamera, jpegsOf, sending } from '../http-camera.js'
import { rtspCamera } from '../rtsp-camera.js'
import { network, openFrames } from '../support.js'
import { ffmpegWith } from '../../support/ffmpeg.js'

// User and password of the guard of `rtspCamera`; the address of the stream is as secret as they are.
const SECRETS = ['hunter2-yard', 'token-4711']
const withSecrets = (url: string): string => `${url.replace('//', '//viewer:hunter2-yard@')}?pwd=token-4711`

test.runIf(process.platform === 'linux').each(['rtsp', 'http'] as const)(
  'while an %s source with a password runs, no process, file or message shows it',
  async (kind) => {
    const camera =
      kind === 'rtsp'
        ? await rtspCamera({ guard: digestGuard('SHA-256') })
        : await httpCamera(sending(await jpegsOf(64, 48)))
    const mark = String(5_000_000 + Math.floor(Math.random() * 1e6))
    const plan = { kind, url: withSecrets(camera.url), ...network, ffmpegArgs: ['-probesize', mark] }
    const lines: string[] = []
    const frames = openFrames(plan, { log: createLogger('debug', (line: string) => lines.push(line)) })
    onTestFinished(() => void frames.return())
    const before = new Set(await readdir(tmpdir()))
    expect(await frames.next()).toMatchObject({ value: { sequence: 0 } })

    const [pid = 0, ...others] = await ffmpegWith(mark)
    expect(pid).toBeGreaterThan(0)
    expect(others).toEqual([])
    // The guard stands in the same group, and every process is looked at.
    const groupOf = async (of: number) =>
      (await readFile(`/proc/${of}/stat`, 'utf8')).split(') ')[1]?.split(' ')[2]
    expect(await groupOf(pid)).toBe(String(pid))
    for (const secret of SECRETS) {
      expect(processesOf(secret)).toEqual([])
      expect(lines.join('\n')).not.toContain(secret)
    }
    expect(lines.join('\n')).toContain(mark)
    for (const name of await readdir(tmpdir())) {
      if (before.has(name)) continue
      const text = await readFile(join(tmpdir(), name), 'utf8').catch(() => '')
      for (const secret of SECRETS) expect(text).not.toContain(secret)
    }
  },
)
