import { expect, test } from 'vitest'
import { troublesOf } from '../../../../src/runtime/view/page/trouble/troubles.js'
import { call, node, stream } from '../views.js'

test('what has failed comes before what may come back, and a degraded node is told by its call', () => {
  const [ended] = stream('eye', 'look', 'camera', 'two').receivers
  const found = troublesOf({
    nodes: [
      node('well'),
      { ...node('mute'), state: 'silent' },
      { ...node('eye'), state: 'degraded', error: 'not said twice' },
      { ...node('dead'), state: 'failed', error: 'exit code 1' },
    ],
    calls: [
      call('well', 'fine'),
      { ...call('eye', 'look', 'camera'), state: 'troubled', error: 'two stopped' },
      { ...call('eye', 'see', 'gate'), state: 'broken', error: 'gone' },
    ],
    streams: [
      {
        ...stream('eye', 'look', 'camera'),
        receivers: ended ? [{ ...ended, state: 'stopped', error: 'threw' }] : [],
      },
    ],
  })
  expect(found.map(({ what, state, tone, why }) => [what, state, tone, why])).toEqual([
    ['dead', 'failed', 'bad', 'exit code 1'],
    ['eye: camera → look', 'not received', 'bad', 'two stopped'],
    ['two: camera → look', 'stopped', 'bad', 'threw'],
    ['mute', 'silent', 'warn', 'it does not answer'],
    ['eye: gate → see', 'broken off', 'warn', 'gone'],
  ])
})
