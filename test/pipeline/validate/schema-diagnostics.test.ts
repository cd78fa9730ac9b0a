import { expect, test } from 'vitest'
import { checkYaml, expectFault, pipelineYaml, titled } from '../check-yaml.js'

const source = (text: string) => pipelineYaml({ source: text })
const call = (text: string) => pipelineYaml({ call: text })
const node = (text: string) => pipelineYaml({ node: text })
const top = (text: string) => pipelineYaml({ top: text })
const stream = (options: string) => call(`{ call: show, source: camera, modifier: ${options} }`)
const CALL = 'nodes.one.calls[0]'
const STREAM = `${CALL}.modifier.STREAM`
const CAMERA = 'sources.camera'

test.each(
  titled([
    ['«nodes»: { one: {} }', 'MISSING_KEY', 'name', 'name is missing'],
    ['«name»: shop', 'MISSING_KEY', 'nodes'],
    ['name: shop\nnodes: «{}»', 'BAD_VALUE', 'nodes', 'no node'],
    ['name: «my shop»\nnodes: { one: {} }', 'BAD_NAME', 'name', 'letters'],
    ['name: «7→"7"»\nnodes: { one: {} }', 'WRONG_TYPE', 'name', 'must be text, not 7'],
    ['name: shop\nnodes: { «a.b»: {} }', 'BAD_NAME', 'nodes.a.b'],
    ['name: shop\nnodes: { «constructor»: {} }', 'BAD_NAME', 'nodes.constructor'],
    ['name: shop\nnodes: { one: «~→{}» }', 'WRONG_TYPE', 'nodes.one', 'not nothing'],
    [top('«calbacks→callbacks»: ./callbacks'), 'UNKNOWN_KEY', 'calbacks'],
    [top('«zzzzzz»: 1'), 'UNKNOWN_KEY', 'zzzzzz', 'name, server, callbacks'],
    [top('«"<<"»: {}'), 'UNKNOWN_KEY', '<<'],
  ]),
)('%s', (_, each) => expectFault(each))

test.each(
  titled([
    [top('defaults: { timeout: «5x» }'), 'BAD_DURATION', 'defaults.timeout', '1m24s'],
    [top('defaults: { timeout: «-1» }'), 'BAD_DURATION', 'defaults.timeout'],
    [top('defaults: { timeout: «[5]» }'), 'WRONG_TYPE', 'defaults.timeout', 'a number or text'],
    [top('defaults: { restart: «alway→always» }'), 'BAD_VALUE', 'defaults.restart'],
    [top('defaults: { restart: «false» }'), 'BAD_VALUE', 'defaults.restart', 'no, on-failure, always'],
    [top('defaults: { restart: { «delai→delay»: 1s } }'), 'UNKNOWN_KEY', 'defaults.restart.delai'],
    [top('defaults: { restart: { policy: «alway→always» } }'), 'BAD_VALUE', 'defaults.restart.policy'],
    [top('defaults: { stop_timeout: «5x» }'), 'BAD_DURATION', 'defaults.stop_timeout'],
    [
      node('{ callbacks: [show], restart: «[always]» }'),
      'WRONG_TYPE',
      'nodes.two.restart',
      'text or a mapping',
    ],
    [node('{ callbacks: [show], restart: { delay: «soon» } }'), 'BAD_DURATION', 'nodes.two.restart.delay'],
    [
      node('{ callbacks: [show], restart: { delay: «0» } }'),
      'BAD_VALUE',
      'nodes.two.restart.delay',
      'at least 10ms',
    ],
    [
      node('{ callbacks: [show], restart: { attempts: «-1» } }'),
      'BAD_VALUE',
      'nodes.two.restart.attempts',
      'at least 0',
    ],
    [
      node('{ callbacks: [show], restart: { delay: 2s, max_delay: «1s» } }'),
      'BAD_VALUE',
      'nodes.two.restart.max_delay',
      'is shorter than delay, which is 2 s',
    ],
    [
      node('{ callbacks: [show], restart: { max_delay: «100ms» } }'),
      'BAD_VALUE',
      'nodes.two.restart.max_delay',
      'which is 200 ms',
    ],
    [
      node('{ callbacks: [show], restart: { policy: always, attempts: «3» } }'),
      'BAD_VALUE',
      'nodes.two.restart.attempts',
      'never gives up',
    ],
    [node('{ callbacks: [show], on_failure: «isolated→isolate» }'), 'BAD_VALUE', 'nodes.two.on_failure'],
    [node('{ callbacks: [show], health: «30s» }'), 'WRONG_TYPE', 'nodes.two.health', 'a mapping'],
    [
      node('{ callbacks: [show], health: { «startu→startup»: 1m } }'),
      'UNKNOWN_KEY',
      'nodes.two.health.startu',
    ],
    [
      node('{ callbacks: [show], health: { startup: «0» } }'),
      'BAD_VALUE',
      'nodes.two.health.startup',
      '100ms',
    ],
    [
      node('{ callbacks: [show], health: { blocked: «1s» } }'),
      'BAD_VALUE',
      'nodes.two.health.blocked',
      'at least 2s',
    ],
    [node('{ callbacks: [show], stop_timeout: «never» }'), 'BAD_DURATION', 'nodes.two.stop_timeout'],
    [node('{ callbacks: [show], replicas: «0» }'), 'BAD_VALUE', 'nodes.two.replicas', 'at least 1'],
    [node('{ callbacks: [show], replicas: «1001» }'), 'BAD_VALUE', 'nodes.two.replicas', 'at most 1000'],
    [node('{ callbacks: [show], env: { «1A»: x } }'), 'BAD_NAME', 'nodes.two.env.1A'],
    [node('{ callbacks: [show], env: { A: «[x]» } }'), 'WRONG_TYPE', 'nodes.two.env.A'],
  ]),
)('%s', (_, each) => expectFault(each))

test.each(
  titled([
    [source('{}').replace('camera:', '«camera»:'), 'MISSING_KEY', `${CAMERA}.kind`],
    [source('{ kind: «camra→camera», device: test }'), 'BAD_VALUE', `${CAMERA}.kind`],
    [source('{ kind: camera, device: «""» }'), 'BAD_VALUE', `${CAMERA}.device`, 'empty'],
    [source('{ kind: camera, device: test, size: «big» }'), 'BAD_VALUE', `${CAMERA}.size`, '1280x720'],
    [source('{ kind: camera, device: test, size: «99999x9» }'), 'BAD_VALUE', `${CAMERA}.size`],
    [source('{ kind: camera, device: test, size: «720→"720"» }'), 'WRONG_TYPE', `${CAMERA}.size`],
    [source('{ kind: camera, device: test, fps: «0» }'), 'BAD_VALUE', `${CAMERA}.fps`, 'more than 0'],
    [source('{ kind: camera, device: test, fps: «"30"» }'), 'WRONG_TYPE', `${CAMERA}.fps`, 'the text "30"'],
    [source('{ kind: camera, device: test, frames: «1.5» }'), 'WRONG_TYPE', `${CAMERA}.frames`, 'whole'],
    [source('{ kind: camera, device: test, frames: «0» }'), 'BAD_VALUE', `${CAMERA}.frames`, 'at least 1'],
    [source('{ kind: camera, device: test, format: «rgb2→rgb24» }'), 'BAD_VALUE', `${CAMERA}.format`],
    [source('{ kind: rtsp, url: «http://host» }'), 'BAD_VALUE', `${CAMERA}.url`, 'rtsp://'],
    [source('{ kind: rtsp, url: «rtsp://me:1/2@host» }'), 'BAD_VALUE', `${CAMERA}.url`, '/ as %2F'],
  ]),
)('%s', (_, each) => expectFault(each))

test.each(
  titled([
    [call('{ call: show, args: «x→[x]» }'), 'WRONG_TYPE', `${CALL}.args`],
    [stream('«STREEM→STREAM»'), 'BAD_VALUE', `${CALL}.modifier`],
    [stream('{ «STREEM→STREAM»: {} }'), 'UNKNOWN_KEY', `${CALL}.modifier.STREEM`],
    [stream('{ STREAM: { «bufer→buffer»: 2 } }'), 'UNKNOWN_KEY', `${CALL}.modifier.STREAM.bufer`],
    [stream('{ STREAM: { buffer: «0» } }'), 'BAD_VALUE', `${CALL}.modifier.STREAM.buffer`],
    [stream('{ STREAM: { delivery: «life→live» } }'), 'BAD_VALUE', `${CALL}.modifier.STREAM.delivery`],
    [stream('{ STREAM: { share: «some» } }'), 'WRONG_TYPE', `${STREAM}.share`, 'true or false'],
    [stream('{ STREAM: { batch: { bytes: «2 MiB» } } }'), 'BAD_VALUE', `${STREAM}.batch.bytes`, '1 MiB'],
    [stream('{ STREAM: { batch: { bytes: «many» } } }'), 'BAD_SIZE', `${STREAM}.batch.bytes`, '512 KiB'],
    [
      stream('{ STREAM: { retention: { bytes: «1» } } }'),
      'BAD_VALUE',
      `${STREAM}.retention.bytes`,
      'at least 1 MiB',
    ],
    [
      stream('{ STREAM: { retention: { age: «1s» } } }'),
      'BAD_VALUE',
      `${STREAM}.retention.age`,
      'at least 1m',
    ],
    [stream('{ STREAM: { batch: { linger: «1m» } } }'), 'BAD_VALUE', `${STREAM}.batch.linger`, 'at most 10s'],
    [stream('{ STREAM: { batch: { «lingr→linger»: 1 } } }'), 'UNKNOWN_KEY', `${STREAM}.batch.lingr`],
    [
      stream('{ STREAM: { shm: { bytes: «64 KiB» } } }'),
      'BAD_VALUE',
      `${STREAM}.shm.bytes`,
      'at least 1 MiB',
    ],
    [stream('{ STREAM: { shm: { «byte→bytes»: 1 } } }'), 'UNKNOWN_KEY', `${STREAM}.shm.byte`],
    [stream('{ STREAM: { shm: «true» } }'), 'BAD_VALUE', `${STREAM}.shm`, 'false'],
    [stream('«PERIOD»'), 'BAD_SCHEDULE', `${CALL}.modifier`, 'exactly one of interval, at and cron'],
    [stream('{ PERIOD: «{}» }'), 'BAD_SCHEDULE', `${CALL}.modifier.PERIOD`, 'exactly one'],
    [
      stream('{ PERIOD: «{ interval: 5s, cron: "* * * * *" }» }'),
      'BAD_SCHEDULE',
      `${CALL}.modifier.PERIOD`,
      'exactly one',
    ],
    [
      stream('{ PERIOD: { interval: «500ms» } }'),
      'BAD_INTERVAL',
      `${CALL}.modifier.PERIOD.interval`,
      'a second or more',
    ],
    [stream('{ PERIOD: { interval: «0» } }'), 'BAD_INTERVAL', `${CALL}.modifier.PERIOD.interval`],
    [stream('{ PERIOD: { at: «soon» } }'), 'BAD_VALUE', `${CALL}.modifier.PERIOD.at`, 'is not a time'],
    [stream('{ PERIOD: { cron: «"61 * * * *"» } }'), 'BAD_CRON', `${CALL}.modifier.PERIOD.cron`],
    [stream('{ PERIOD: { cron: «often» } }'), 'BAD_CRON', `${CALL}.modifier.PERIOD.cron`, '1 fields'],
    [stream('{ BG: { «etta→eta»: 2s } }'), 'UNKNOWN_KEY', `${CALL}.modifier.BG.etta`],
    [stream('{ BG: { eta: «soon» } }'), 'BAD_DURATION', `${CALL}.modifier.BG.eta`],
    [stream('{ BG: { delay: «soon» } }'), 'BAD_DURATION', `${CALL}.modifier.BG.delay`],
    [
      stream('{ BG: { delay: 1s, eta: «1s» } }'),
      'BAD_VALUE',
      `${CALL}.modifier.BG.eta`,
      'keep one of the two',
    ],
    [
      stream('{ NO_RETURN: { eta: «0», delay: 0 } }'),
      'BAD_VALUE',
      `${CALL}.modifier.NO_RETURN.eta`,
      'eta: 0 is set beside delay',
    ],
    [stream('{ BROADCAST: { delay: 1s, eta: «2s» } }'), 'BAD_VALUE', `${CALL}.modifier.BROADCAST.eta`],
    [stream('{ FG: { «delay»: 1s } }'), 'UNKNOWN_KEY', `${CALL}.modifier.FG.delay`],
    [
      stream('{ BROADCAST: { return_result: «2» } }'),
      'WRONG_TYPE',
      `${CALL}.modifier.BROADCAST.return_result`,
    ],
    [stream('«{ FG: {}, STREAM: {} }»'), 'BAD_VALUE', `${CALL}.modifier`, 'exactly one of FG'],
    [stream('«{}»'), 'BAD_VALUE', `${CALL}.modifier`, 'exactly one of FG'],
    [stream('«[FG]»'), 'WRONG_TYPE', `${CALL}.modifier`, 'text or a mapping'],
    [stream('«5»'), 'BAD_VALUE', `${CALL}.modifier`, 'FG, BG, NO_RETURN, BROADCAST, PERIOD, STREAM'],
  ]),
)('%s', (_, each) => expectFault(each))

test('all faults at once, in the order of the file', async () => {
  const yaml = `
name: my shop
calbacks: ./callbacks
sources:
  camera: { kind: camera, device: test, fsp: 30, size: big }
nodes:
  one:
    replcas: 2
    calls:
      - { call: shwo, source: camra, modifier: STREAM }
      - { call: show, args: [1], bogus: true, wait_for: [nobody] }
  two: { callbacks: [show, shoe], depends_on: [one] }
`
  const { diagnostics } = await checkYaml(yaml)
  expect(diagnostics.map(({ line, code, suggestion }) => [line, code, suggestion])).toEqual([
    [2, 'DAFFI_BAD_NAME', null],
    [3, 'DAFFI_UNKNOWN_KEY', 'callbacks'],
    [5, 'DAFFI_UNKNOWN_KEY', 'fps'],
    [5, 'DAFFI_BAD_VALUE', null],
    [8, 'DAFFI_UNKNOWN_KEY', 'replicas'],
    [10, 'DAFFI_UNKNOWN_CALLBACK', 'show'],
    [10, 'DAFFI_UNKNOWN_SOURCE', 'camera'],
    [11, 'DAFFI_UNKNOWN_KEY', null],
    [11, 'DAFFI_UNKNOWN_NODE', null],
    [12, 'DAFFI_UNKNOWN_CALLBACK', 'show'],
  ])
})

test('a refused value is not reported as missing elsewhere', async () => {
  const { diagnostics } = await checkYaml(pipelineYaml({ top: 'callbacks: 5', node: '{ callbacks: show }' }))
  expect(diagnostics.map(({ code, path }) => [code, path])).toEqual([
    ['DAFFI_WRONG_TYPE', 'callbacks'],
    ['DAFFI_WRONG_TYPE', 'nodes.two.callbacks'],
  ])
})

test.each(['.nan', '-.INF'])('a number that is not finite is told as it is written: %s', async (written) => {
  const { diagnostics } = await checkYaml(
    pipelineYaml({ node: `{ callbacks: [show], replicas: ${written} }` }),
  )
  expect(diagnostics.map(({ message }) => message)).toEqual([
    expect.stringContaining(` ${written}`) as string,
  ])
})
