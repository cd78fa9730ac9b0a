import { BG, context, NO_RETURN, PERIOD } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { CallsMade } from '../../../src/runtime/call/invoke/calls-made.js'
import { connectNats } from '../../../src/runtime/nats/index.js'
import { askStatus } from '../../../src/runtime/status/index.js'
import { ownPipeline } from '../../support/pipeline.js'

interface Callbacks {
  work: () => void
  help: () => number
  count: () => Generator<number>
}

test('a node says which callbacks its callbacks have called, and how often', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  await join('helper', {
    callbacks: {
      help: () => 1,
      *count() {
        yield 1
      },
    },
  })
  await join('worker', {
    callbacks: {
      work: async () => {
        const { call } = context<Callbacks>().g
        await call.help()
        await (await call.help().with(BG)).get()
        await call.help().to('helper').with(NO_RETURN)
        for await (const item of call.count()) expect(item).toBe(1)
        await call.help().with(PERIOD({ interval: '1h' }))
      },
    },
  })
  const g = await join('asker')
  await g.call.work()
  await g.call.help()
  const nc = await connectNats({ url: server }, { name: 'test' })
  onTestFinished(() => nc.close())
  const answers = await askStatus(nc, 'test', { what: 'node', lines: null })
  const made = Object.fromEntries(
    answers.flatMap((each) => (each.what === 'node' ? [[each.name, each.made]] : [])),
  )
  expect(made).toEqual({
    asker: [],
    helper: [],
    worker: [
      { from: 'work', call: 'help', to: null, count: 2 },
      { from: 'work', call: 'help', to: 'helper', count: 1 },
      { from: 'work', call: 'count', to: null, count: 1 },
    ],
  })
})

test('what is no name is not counted, and no more than 500 counts are kept', () => {
  const made = new CallsMade()
  made.add('work', { callback: 'not a name', to: undefined })
  made.add('work', { callback: 'help', to: 'not a name' })
  expect(made.list).toEqual([])
  for (let index = 0; index < 600; index++) made.add('work', { callback: `help${index}`, to: undefined })
  made.add('work', { callback: 'help0', to: undefined })
  expect(made.list).toHaveLength(500)
  expect(made.list[0]).toMatchObject({ call: 'help0', count: 2 })
})
