import { expect, test } from 'vitest'
import { checkYaml, expectFault, titled } from '../check-yaml.js'

const FILES = {
  'callbacks/fuse.ts': 'export default (sides: unknown) => sides\n',
  'callbacks/merge.ts': 'export const options = {}\nexport default (sides: unknown) => sides\n',
}
const LEFT = '{ call: fuse, source: camera, as: left, modifier: STREAM }'
const RIGHT = '{ call: fuse, source: camera, as: right, modifier: STREAM }'
const JOIN = '{ fuse: { join: { within: 15ms } } }'
/** Node `one` makes the calls, and node `two` offers the callback. */
const joined = (callback: string, ...calls: string[]): string => `name: shop
sources:
  camera: { kind: camera, device: test }
nodes:
  one:
    calls:
${calls.map((call) => `      - ${call}\n`).join('')}  two:
    callbacks:
      - ${callback}
`

test.each(
  titled([
    [
      joined('fuse', LEFT.replace('left', '«left»')),
      'JOIN_SIDE',
      'nodes.one.calls[0].as',
      'joins no streams',
    ],
    [
      joined(JOIN, LEFT, RIGHT, RIGHT.replace('right', '«right»')),
      'JOIN_SIDE',
      'nodes.one.calls[2].as',
      'one streams to fuse as right already',
    ],
    [
      joined(JOIN, LEFT, RIGHT, '{ call: «fuse», source: camera, modifier: STREAM }'),
      'JOIN_SIDE',
      'nodes.one.calls[2].call',
      'add as',
    ],
    [
      joined('{ fuse: { «join»: { missing: null } } }', LEFT),
      'JOIN_SIDE',
      'nodes.two.callbacks[0].fuse.join',
      'one stream reaches it',
    ],
    [
      joined('{ fuse: { «join»: {} } }', '{ call: fuse, args: [1] }'),
      'JOIN_SIDE',
      'nodes.two.callbacks[0].fuse.join',
      'no stream reaches it',
    ],
    [
      joined('{ fuse: { batch: {}, «join»: {} } }', LEFT, RIGHT),
      'BAD_VALUE',
      'nodes.two.callbacks[0].fuse.join',
      'beside batch',
    ],
    [
      joined('{ fuse: { join: {}, «state»: true } }', LEFT, RIGHT),
      'BAD_VALUE',
      'nodes.two.callbacks[0].fuse.state',
      'beside join',
    ],
    [
      joined(JOIN, LEFT, RIGHT, '{ call: fuse, «as»: third, args: [1] }'),
      'JOIN_SIDE',
      'nodes.one.calls[2].as',
      'not FG',
    ],
    [
      joined(
        JOIN,
        LEFT,
        RIGHT,
        '{ call: fuse, source: camera, «as»: third, modifier: { STREAM: { share: true } } }',
      ),
      'JOIN_SIDE',
      'nodes.one.calls[2].as',
      'as a whole',
    ],
    [
      joined('merge', ...[LEFT, LEFT.replace('left', '«left»')].map((call) => call.replace('fuse', 'merge'))),
      'JOIN_SIDE',
      'nodes.one.calls[1].as',
      'already',
    ],
  ]),
)('%s', (_, each) => expectFault(each, FILES))

test('each callback knows the names of the streams that it joins, and null is one of the choices', async () => {
  const yaml = joined('{ fuse: { join: { missing: null, patience: 1s } } }', RIGHT, LEFT)
  const { plan, diagnostics } = await checkYaml(yaml, { files: FILES })
  expect(diagnostics).toEqual([])
  expect(plan?.nodes.one?.calls.map(({ as }) => as)).toEqual(['right', 'left'])
  expect(plan?.nodes.two?.callbacks).toMatchObject([
    { sides: ['left', 'right'], options: { join: { withinMs: 15, missing: 'null', patienceMs: 1000 } } },
  ])
})

test('whether a module joins is its own matter: what is in its options is not known', async () => {
  const calls = [LEFT, RIGHT].map((call) => call.replace('fuse', 'merge'))
  const { diagnostics } = await checkYaml(joined('merge', ...calls), { files: FILES })
  expect(diagnostics).toEqual([])
})
