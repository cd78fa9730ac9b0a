import { expect, test } from 'vitest'
import { checkYaml, expectFault, titled } from '../check-yaml.js'

const FILES = { 'callbacks/alarm.ts': 'export default (n: number) => n' }
const NODE = 'nodes.two.callbacks'
const offering = (entry: string): string => `name: shop
nodes:
  one:
    calls:
      - { call: alarm, to: two, args: [1] }
  two:
    callbacks:
      - show
      - ${entry}
    calls:
      - { call: show, results_of: alarm, modifier: STREAM }
  eye:
    calls:
      - { call: alarm, source: camera, modifier: STREAM }
sources:
  camera: { kind: camera, device: test }
`

test('an entry of callbacks is a name, or one name with options, which the plan has', async () => {
  const named = await checkYaml(offering('alarm'), { files: FILES })
  const entry = '{ alarm: { concurrency: "${ALARMS:-1}", rate: 10/s, timeout: 2s, batch: { items: 4 } } }'
  const { plan, diagnostics } = await checkYaml(offering(entry), { files: FILES })
  expect(diagnostics).toEqual([])
  const options = (each: typeof plan) => each?.nodes.two?.callbacks.map((callback) => callback.options)
  expect(options(named.plan)).toEqual([undefined, undefined])
  expect(options(plan)).toEqual([
    undefined,
    {
      concurrency: 1,
      rate: { limit: 10, perMs: 1000, by: undefined },
      timeoutMs: 2000,
      batch: { items: 4, withinMs: 20 },
    },
  ])
})

test.each(
  titled([
    [
      offering('{ alarm: { «concurency→concurrency»: 1 } }'),
      'UNKNOWN_KEY',
      `${NODE}[1].alarm.concurency`,
      'known here: concurrency, timeout, rate, borrow',
    ],
    [
      offering('{ alarm: { concurrency: «0» } }'),
      'BAD_VALUE',
      `${NODE}[1].alarm.concurrency`,
      'must be at least 1',
    ],
    [offering('{ alarm: { timeout: «soon» } }'), 'BAD_DURATION', `${NODE}[1].alarm.timeout`],
    [
      offering('{ alarm: { batch: { items: «many» } } }'),
      'WRONG_TYPE',
      `${NODE}[1].alarm.batch.items`,
      'must be a number',
    ],
    [
      offering('{ alarm: { batch: { within: «2m» } } }'),
      'BAD_VALUE',
      `${NODE}[1].alarm.batch.within`,
      'must be at most 1m',
    ],
    [
      offering('{ alarm: { rate: «10/w» } }'),
      'BAD_RATE',
      `${NODE}[1].alarm.rate`,
      'is not a rate; write a number from 1 to 100000 and a unit of time',
    ],
    [
      offering('{ alarm: { rate: { limit: «0/s», by: camera } } }'),
      'BAD_RATE',
      `${NODE}[1].alarm.rate.limit`,
    ],
    [offering('{ alarm: { rate: { limit: 1/s, by: «a..b» } } }'), 'BAD_VALUE', `${NODE}[1].alarm.rate.by`],
    [
      offering('{ alarm: { batch: {}, rate: { limit: 1/s, «by»: id } } }'),
      'BAD_VALUE',
      `${NODE}[1].alarm.rate.by`,
      'is set beside batch',
    ],
    [
      offering('{ alarm: { rate: { limit: 1/s, «bye→by»: id } } }'),
      'UNKNOWN_KEY',
      `${NODE}[1].alarm.rate.bye`,
    ],
    [offering('{ alarm: { state: «3» } }'), 'WRONG_TYPE', `${NODE}[1].alarm.state`],
    [offering('{ alarm: «fast» }'), 'WRONG_TYPE', `${NODE}[1].alarm`, 'must be a mapping'],
    [
      offering('«{ alarm: {}, show: {} }»'),
      'BAD_VALUE',
      `${NODE}[1]`,
      'must be one callback with its options',
    ],
    [
      offering('{ «to»: {} }\n      - alarm'),
      'UNKNOWN_CALLBACK',
      `${NODE}[1].to`,
      'no module offers a callback to',
    ],
    [offering('alarm\n      - { «alarm»: {} }'), 'BAD_VALUE', `${NODE}[2].alarm`, 'listed twice'],
  ]),
)('%s', (_, each) => expectFault(each, FILES))
