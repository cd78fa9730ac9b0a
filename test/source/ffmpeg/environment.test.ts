import { expect, test } from 'vitest'
import { ffmpegEnvironment } from '../../../src/runtime/source/ffmpeg/environment.js'

test('ffmpeg gets no secrets', () => {
  const env = { PATH: '/bin', HOME: '/home/me', NATS_TOKEN: 'secret', AWS_SECRET_ACCESS_KEY: 'secret' }
  expect(ffmpegEnvironment(env)).toEqual({ PATH: '/bin', HOME: '/home/me' })
})
