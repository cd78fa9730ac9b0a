import { expect, test } from 'vitest'
import { checkYaml, expectFault, titled } from '../check-yaml.js'

const CALL = 'nodes.one.calls[0]'
const FILES = {
  'callbacks/maths.ts':
    'export const half = (n: number) => n / 2\nexport const twice = (n: number) => 2 * n\nexport function note(n: number): void {}',
}
/** Node `one` streams results of its callback `half`, which gets the camera from `two`. */
const stage = (call: string, other = '{ call: half, source: camera, modifier: STREAM }') => `name: shop
sources:
  camera: { kind: camera, device: test }
nodes:
  one:
    callbacks: [half]
    calls:
      - ${call}
  two:
    callbacks: [show, twice]
    calls:
      - ${other}
`

test.each(
  titled([
    [
      stage('{ call: show, results_of: «twice», modifier: STREAM }'),
      'UNKNOWN_CALLBACK',
      `${CALL}.results_of`,
      'one does not offer twice',
    ],
    [
      stage('{ call: show, results_of: «half», modifier: STREAM }', '{ call: half, args: [1] }'),
      'NO_RESULTS',
      `${CALL}.results_of`,
      'no stream reaches half of one',
    ],
    [
      stage(
        '{ call: show, results_of: «note», modifier: STREAM }',
        '{ call: note, source: camera, modifier: STREAM }',
      ).replace('[half]', '[half, note]'),
      'NO_RESULTS',
      `${CALL}.results_of`,
      'note (./callbacks/maths.ts:3) returns nothing',
    ],
    [
      stage('{ call: half, results_of: «half», modifier: { STREAM: { delivery: lossless } } }'),
      'STREAM_CYCLE',
      `${CALL}.results_of`,
      'half -> half',
    ],
    [
      `${stage('{ call: show, results_of: half, modifier: STREAM }')}tests: [{ name: halves, expect: { stages: { «hlf→half»: {} } } }]`,
      'UNKNOWN_CALLBACK',
      'tests[0].expect.stages.hlf',
      'no results of hlf are streamed',
    ],
    [stage('{ call: show, «results_of»: half }'), 'STREAM_SOURCE', `${CALL}.results_of`, 'not FG'],
    [
      stage('{ call: show, source: camera, «results_of»: half, modifier: STREAM }'),
      'STREAM_SOURCE',
      `${CALL}.results_of`,
      'and not both',
    ],
  ]),
)('%s', (_, each) => expectFault(each, FILES))

test.each([
  '{ call: show, results_of: half, modifier: STREAM }',
  // Live by default, since its source is: what is too much is dropped.
  '{ call: half, results_of: half, modifier: STREAM }',
])('%s is fine', async (call) => {
  expect((await checkYaml(stage(call), { files: FILES })).diagnostics).toEqual([])
})
