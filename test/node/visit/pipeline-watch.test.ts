import { connect } from '@nats-io/transport-node'
import { expect, onTestFinished, test } from 'vitest'
import { createLogger } from '../../../src/runtime/core/logger.js'
import { PipelineWatch } from '../../../src/runtime/node/visit/look/pipeline-watch.js'
import { RunsView } from '../../../src/runtime/node/visit/runs/look-at-runs.js'
import { answerStatus, type StreamStatus } from '../../../src/runtime/status/index.js'
import { startNatsServer } from '../../support/nats-server.js'
import { temporaryFolder } from '../../support/temporary.js'
import { pipelinePlan } from '../plans.js'

/** A stream of 100 items a second, of which the receiver reports four times a second what it has processed. */
const streamAt = (seconds: number): StreamStatus => ({
  what: 'stream',
  id: 'a',
  frames: null,
  ring: null,
  summary: {
    ...{ call: 'take', source: 'numbers', from: 'one', delivery: 'lossless', error: null },
    ...{ items: seconds * 100, bytes: seconds * 800, seconds },
    receivers: {
      two: {
        ...{ lane: 'shm', state: 'attached', attaches: 1, error: null, latencyMs: null },
        ...{
          offered: seconds * 100,
          processed: Math.floor(seconds * 4) * 25,
          dropped: 0,
          failed: 0,
          lost: 0,
        },
      },
    },
  },
})

test('the first rates of a receiver and of its stream are told over the same time', async () => {
  const server = { url: await startNatsServer(['-js']) }
  const nc = await connect({ servers: server.url })
  onTestFinished(() => nc.close())
  let seconds = 5
  answerStatus(nc, 'shop', () => streamAt(seconds))
  await nc.flush()
  const { signal } = new AbortController()
  const project = await temporaryFolder()
  const plan = { ...pipelinePlan([]), project, server }
  const log = createLogger('silent', () => undefined)
  await using view = await RunsView.open({
    ...{ project, plan, server, signal, log },
    load: () => Promise.resolve(plan),
  })
  const watch = await PipelineWatch.open(view, 'shop')
  seconds = 5.13
  const looks = watch.follow(1, signal)
  await looks.next()
  seconds = 6.13
  const { value } = await looks.next()
  expect(value?.streams).toMatchObject([{ rate: 100, receivers: [{ rate: 100 }] }])
})
