import { BG, PERIOD } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { connectNats } from '../../../src/runtime/nats/index.js'
import { pipelineVisit } from '../../../src/runtime/node/visit/pipeline-visit.js'
import { pipelineWork } from '../../../src/runtime/node/visit/pipeline-work.js'
import { ownPipeline } from '../../support/pipeline.js'

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

test('the viewer sees jobs, schedules and dead letters, and gives orders about them', async () => {
  const { server, join } = await ownPipeline<{ mend: (what: string) => string }>()
  let isMended = false
  const mend = (what: string): string => {
    if (!isMended) throw new Error('no glue \u001b[31m')
    return what
  }
  await join('one', { callbacks: { mend } })
  const g = await join('two')
  const nc = await connectNats({ url: server }, { name: 'viewer' })
  onTestFinished(() => nc.close())
  const { signal } = new AbortController()
  const at = { address: { url: server }, info: { url: server, embedded: false, version: '2.14.0' } }
  const visited = { nc, signal, log, server: at }
  const work = pipelineWork(pipelineVisit('test', visited))
  expect(await work.look()).toMatchObject({ jobs: [], schedules: [], letters: [] })

  const broken = await g.call
    .mend('cup')
    .with(BG({ durable: true, id: 'cup-1', retry: { attempts: 2, delay: '10ms' } }))
  await expect(broken.get()).rejects.toThrow('no glue')
  await g.call.mend('pot').with(BG({ durable: true, id: 'pot-1', delay: '1h' }))
  const hourly = await g.call.mend('all').with(PERIOD({ interval: '1h' }))
  const { jobs, schedules, letters, ...rest } = await work.look()
  expect(rest).toEqual({ moreJobs: 0, moreSchedules: 0, moreLetters: 0, droppedLetters: 0 })
  expect(jobs).toMatchObject([
    { id: 'pot-1', state: 'waiting', callback: 'mend', node: null, isDue: true, attempts: '', error: null },
    { id: 'cup-1', state: 'failed', node: 'one', attempts: '2 attempts', isDue: false },
  ])
  expect(jobs[1]?.error).toMatch(/^no glue +\(.*pipeline-work\.test\.ts:\d+\)$/)
  expect((jobs[0]?.time ?? 0) - Date.now()).toBeGreaterThan(3_500_000)
  expect(schedules).toMatchObject([
    { id: hourly.uuid, callback: 'mend', to: null, from: 'two', when: 'every 3600 s' },
  ])
  expect((schedules[0]?.next ?? 0) - Date.now()).toBeGreaterThan(3_500_000)
  expect(letters).toMatchObject([{ what: 'job cup-1', call: 'mend', node: 'one', attempts: 2 }])
  const letter = letters[0]?.id ?? 0
  expect(await work.letter(letter)).toEqual({ value: '["cup"]' })

  await work.cancelJob('pot-1')
  await work.cancelSchedule(hourly.uuid)
  isMended = true
  await work.replayLetter(letter)
  const again = await g.job('cup-1')
  expect(await again.get()).toBe('cup')
  const after = await work.look()
  expect(after.schedules).toEqual([])
  expect(after.letters).toEqual([])
  expect(after.jobs.map(({ id, state }) => `${id} ${state}`).sort()).toEqual([
    'cup-1 done',
    'pot-1 cancelled',
  ])
  const gone = { code: 'DAFFI_NO_DEAD_LETTER' }
  await expect(work.dropLetter(letter)).rejects.toMatchObject(gone)
  await expect(work.replayLetter(letter)).rejects.toMatchObject(gone)
  await expect(work.letter(letter)).rejects.toMatchObject(gone)
  await expect(work.cancelJob('no-1')).rejects.toMatchObject({ code: 'DAFFI_UNKNOWN_JOB' })
  await expect(work.cancelSchedule('no-1')).rejects.toMatchObject({ code: 'DAFFI_UNKNOWN_SCHEDULE' })
})
