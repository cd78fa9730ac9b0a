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
    [node('{ callbacks: [show, «then»] }'), 'BAD_NAME', 'nodes.two.callbacks[1]', '"then" cannot be called'],
    [
      node('{ callbacks: [show, «valueOf»] }'),
      'BAD_NAME',
      'nodes.two.callbacks[1]',
      'every JavaScript object',
    ],
    [pipelineYaml({ top: 'callbacks: «./nowhere»' }), 'MISSING_FILE', 'callbacks', 'no folder ./nowhere'],
    [pipelineYaml({ top: 'callbacks: [callbacks, «pipeline.yaml»]' }), 'MISSING_FILE', 'callbacks[1]'],
  ]),
)('%s', (_, each) => expectFault(each, MATHS))

test('a module of the name of the callback that exports no such function is named, and no CommonJS elsewhere', async () => {
  const files = { 'callbacks/plain.ts': 'function plain(n: number) {}', 'callbacks/old.cjs': '' }
  const { diagnostics } = await checkYaml(node('{ callbacks: [show, plain] }'), { files })
  expect(diagnostics.map(({ message }) => message)).toEqual([
    'no module offers a callback plain; callbacks: show. ./callbacks/plain.ts exports no function of this name, and none as default',
  ])
})

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

test('what modules of nodes and sources import is told once, where it stands, and not of other modules', async () => {
  const yaml = pipelineYaml({ source: '{ kind: module, module: ./numbers.ts }' })
  const { folder, diagnostics } = await checkYaml(yaml, {
    files: {
      'callbacks/show.ts':
        "import './part.js'\nexport default (n: number) => n\nexport const help = () => {}",
      'callbacks/part.ts': "\nimport './none.js'\nimport '../lib/bad.js'",
      'callbacks/unused.ts': "import './nothing.js'",
      'lib/bad.ts': 'export const bad =',
      'numbers.ts':
        "import './callbacks/part.js'\nimport data from './data.json' with { type: 'json' }\nexport default [data]",
      'data.json': '[]',
    },
  })
  expect(diagnostics).toMatchObject([
    {
      file: join(folder, 'callbacks/part.ts'),
      line: 2,
      column: 8,
      code: 'DAFFI_MISSING_MODULE',
      path: 'nodes.two.callbacks[0]',
    },
    { file: join(folder, 'lib/bad.ts'), line: 1, code: 'DAFFI_MODULE_SYNTAX' },
  ])
  expect(diagnostics[0]?.frame).toContain("> 2 | import './none.js'")
})

test('a callback that is missing because its module is CommonJS', async () => {
  const { diagnostics } = await checkYaml(node('{ callbacks: [show, add] }'), {
    files: { 'callbacks/add.cjs': 'module.exports = (a, b) => a + b' },
  })
  expect(diagnostics[0]?.message).toBe(
    'no module offers a callback add; callbacks: show. ./callbacks/add.cjs is CommonJS, and its exports are not looked up: write export default or export const, in a file that ends in .ts, .mts, .js, .mjs',
  )
})
