import { BG, PERIOD } from 'daffi'
import { expect, test } from 'vitest'
import { connect } from '../../support/connect.js'
import { startDaffi } from '../../support/daffi.js'
import { temporaryFixture } from '../../support/temporary.js'

test('a job waits for its eta; schedules by times and by interval are listed, cancelled, or have ended', async () => {
  const cwd = await temporaryFixture('scenarios')
  const up = startDaffi(['up', 'timely.yaml'], { cwd })
  await up.waitForLine(/^worker .*ready/)
  const g = await connect<{ note: (text: string) => number }>(cwd, { pipeline: 'timely' })

  const start = Date.now()
  const job = await g.call.note('eta').with(BG({ eta: '2s' }))
  expect(job.ready).toBe(false)

  const at = [new Date(Date.now() + 2000), new Date(Date.now() + 3500)]
  const times = await g.call.note('times').with(PERIOD({ at }))
  const interval = await g.call.note('interval').with(PERIOD({ interval: '1s' }))
  const uuids = async (): Promise<string[]> => (await g.schedules()).map(({ uuid }) => uuid).sort()
  expect(await uuids()).toEqual([times.uuid, interval.uuid].sort())

  expect(await job.get()).toBeGreaterThanOrEqual(start + 2000)
  await Promise.all([up.waitForLine(/noted times/, 2), up.waitForLine(/noted interval/, 2)])
  expect(await uuids()).toEqual([interval.uuid])
  expect([await times.cancel(), await interval.cancel(), await interval.cancel()]).toEqual([
    false,
    true,
    false,
  ])
  expect(await uuids()).toEqual([])
  await expect(g.schedule('unheard-of')).rejects.toMatchObject({ code: 'DAFFI_UNKNOWN_SCHEDULE' })
})
