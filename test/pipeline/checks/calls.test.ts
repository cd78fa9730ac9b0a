import { expect, test } from 'vitest'
import { checkYaml, expectFault, pipelineYaml, titled } from '../check-yaml.js'

const FILES = {
  'callbacks/maths.ts': `
export const pair = (a: number, b: number) => a + b
export const none = () => 1
export const some = (a: number, b = 1, c = 2) => a + b + c
export const sum = (...all: number[]) => all.length
export const wrapped = memoize(pair)`,
}
const NAMES = '[show, pair, none, some, sum, wrapped]'
const CALL = 'nodes.one.calls[0]'
const call = (text: string) => pipelineYaml({ call: text, node: `{ callbacks: ${NAMES} }` })

test.each(
  titled([
    [pipelineYaml({ call: '{ call: «shwo→show», args: [1] }' }), 'UNKNOWN_CALLBACK', `${CALL}.call`],
    [
      pipelineYaml({ call: '{ call: «pair», args: [1, 2] }' }),
      'UNKNOWN_CALLBACK',
      `${CALL}.call`,
      'no node offers',
    ],
    [call('{ call: show, args: [1], to: «one» }'), 'UNKNOWN_CALLBACK', `${CALL}.to`, 'offered by: two'],
    [call('{ call: show, source: «camra→camera», modifier: STREAM }'), 'UNKNOWN_SOURCE', `${CALL}.source`],
    [call('{ call: show, modifier: «STREAM» }'), 'STREAM_SOURCE', `${CALL}.modifier`, 'needs a source'],
    [call('{ call: show, «source»: camera }'), 'STREAM_SOURCE', `${CALL}.source`, 'not FG'],
    [
      call(
        '{ call: show, source: camera, modifier: { STREAM: { delivery: durable, share: { by: «id» } } } }',
      ),
      'KEYS_NOT_DURABLE',
      `${CALL}.modifier.STREAM.share.by`,
    ],
    [
      call('{ call: show, source: camera, modifier: { STREAM: { share: { by: «meta..zone» } } } }'),
      'BAD_VALUE',
      `${CALL}.modifier.STREAM.share.by`,
      'names with dots between',
    ],
    [call('{ call: show, source: camera, modifier: STREAM, «args»: [1] }'), 'STREAM_SOURCE', `${CALL}.args`],
    [
      call('{ call: «pair», source: camera, modifier: STREAM }'),
      'STREAM_ARITY',
      `${CALL}.call`,
      'maths.ts:2',
    ],
    [
      call('{ call: «none», source: camera, modifier: STREAM }'),
      'STREAM_ARITY',
      `${CALL}.call`,
      '0 arguments',
    ],
    [call('{ call: show, args: «[1, 2]» }'), 'ARGUMENT_COUNT', `${CALL}.args`, 'takes 1 argument, not 2'],
    [call('{ call: some, args: «[]» }'), 'ARGUMENT_COUNT', `${CALL}.args`, 'takes 1 to 3 arguments, not 0'],
    [call('«{ call: pair }»'), 'ARGUMENT_COUNT', `${CALL}.args`, 'takes 2 arguments, not 0'],
  ]),
)('%s', (_, each) => expectFault(each, FILES))

test.each([
  '{ call: some, source: camera, modifier: STREAM }',
  '{ call: some, source: camera, modifier: { STREAM: { share: { by: meta.zone } } } }',
  '{ call: sum, source: camera, modifier: STREAM }',
  '{ call: wrapped, source: camera, modifier: STREAM }',
  '{ call: some, args: [1, 2] }',
  '{ call: sum, args: [1, 2, 3, 4] }',
  '{ call: wrapped, args: [] }',
  '{ call: none, modifier: BROADCAST }',
])('%s is fine', async (text) => {
  expect((await checkYaml(call(text), { files: FILES })).diagnostics).toEqual([])
})
