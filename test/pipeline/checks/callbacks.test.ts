import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkYaml, expectFault, pipelineYaml, titled } from '../check-yaml.js'

const node = (text: string) => pipelineYaml({ node: text })
const MATHS = { 'callbacks/maths.ts': 'export const pair = (a: number, b: number) => a + b' }
const SAME = { ...MATHS, 'callbacks/other.ts': 'export const pair = () => 1' }

test.each(
  titled([
    [
      node('{ callbacks: [show, «pear→pair»] }'),
      'UNKNOWN_CALLBACK',
      'nodes.two.callbacks[1]',
      'no module offers',
    ],
    [pipelineYaml({ top: 'callbacks: «./nowhere»' }), 'MISSING_FILE', 'callbacks', 'no folder ./nowhere'],
    [pipelineYaml({ top: 'callbacks: [callbacks, «pipeline.yaml»]' }), 'MISSING_FILE', 'callbacks[1]'],
  ]),
)('%s', (_, each) => expectFault(each, MATHS))

test('a name that two modules offer', async () => {
  const yaml = node('{ callbacks: [show, «pair»] }')
  const files = './callbacks/maths.ts and ./callbacks/other.ts'
  await expectFault([yaml, 'DUPLICATE_CALLBACK', 'nodes.two.callbacks[1]', files], SAME)
})

test('a name that two modules offer is not a fault while no node lists it', async () => {
  expect((await checkYaml(pipelineYaml(), { files: SAME })).diagnostics).toEqual([])
})

test('without a folder there are no callbacks', async () => {
  const yaml = 'name: shop\nnodes: { one: { callbacks: [add] } }'
  const { diagnostics } = await checkYaml(yaml, { files: { 'callbacks/show.ts': '' } })
  expect(diagnostics).toMatchObject([{ code: 'DAFFI_UNKNOWN_CALLBACK' }])
  expect(diagnostics[0]?.message).toBe('no module offers a callback add; there is none')
})

test('a module with a syntax error is reported at its location, and its callbacks are not reported as missing', async () => {
  const { folder, diagnostics } = await checkYaml(node('{ callbacks: [show, broken] }'), {
    files: { 'callbacks/broken.ts': 'export default (a) => {\n  return a +\n}\n' },
  })
  const file = join(folder, 'callbacks/broken.ts')
  expect(diagnostics).toMatchObject([
    { file, line: 3, column: 1, code: 'DAFFI_MODULE_SYNTAX', path: 'callbacks' },
  ])
  expect(diagnostics[0]?.frame).toContain('> 3 | }')
})
