import { expect, test } from 'vitest'
import { temporaryFolder } from '../../support/temporary.js'
import { collect, fileAt, open, pattern } from '../support.js'

test('a missing file, or a folder, is reported before ffmpeg starts', async () => {
  const folder = await temporaryFolder()
  const missing = open(fileAt(`${folder}/none.mp4`))
  await expect(collect(missing)).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_NOT_FOUND',
    message: `source cam: the file ${folder}/none.mp4 does not exist`,
    next: expect.stringContaining('pipeline file') as string,
  })
  await expect(collect(open(fileAt(folder)))).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_NOT_FOUND',
    message: `source cam: the file ${folder} is a folder`,
  })
})

test.runIf(process.platform === 'linux')(
  'a device that is missing is told before ffmpeg starts',
  async () => {
    await expect(collect(open({ ...pattern, device: '/dev/video-none' }))).rejects.toMatchObject({
      code: 'DAFFI_SOURCE_NOT_FOUND',
      message: 'source cam: the device /dev/video-none does not exist',
      next: expect.stringContaining('/dev/video*') as string,
    })
  },
)
