import { expect, test } from 'vitest'
import { checkYaml, expectFault, titled } from '../check-yaml.js'

const HEAD = 'name: shop\n'
const A = 'x-a: &a { callbacks: [show], env: { V: 1.10 } }\n'
const B = 'x-b: &b { callbacks: [nobody], restart: always }\n'

/** Pipelines whose node `one` has the callback `show`, `V` with the text 1.10, and this policy of restarts. */
test.each([
  ['one', `${HEAD}${A}nodes: { one: { <<: *a } }`, 'on-failure'],
  ['a list, whose first goes before', `${HEAD}${A}${B}nodes: { one: { <<: [*a, *b] } }`, 'always'],
  ['two of them', `${HEAD}${A}${B}nodes:\n  one:\n    <<: *a\n    <<: *b\n`, 'always'],
  ['own keys before it', `${HEAD}${A}${B}nodes:\n  one: { restart: no, <<: [*a, *b] }`, 'no'],
  ['own keys behind it', `${HEAD}${A}${B}nodes:\n  one: { <<: [*a, *b], restart: no }`, 'no'],
  ['one in another', `${HEAD}${A}x-c: &c { <<: *a, restart: no }\nnodes: { one: { <<: *c } }`, 'no'],
  [
    'a mapping in place',
    `${HEAD}nodes: { one: { <<: { callbacks: [show], env: { V: 1.10 } } } }`,
    'on-failure',
  ],
  ['an alias of a list', `${HEAD}${A}${B}x-l: &l [*a, *b]\nnodes: { one: { <<: *l } }`, 'always'],
  [
    'nodes',
    `${HEAD}x-n: &n { one: { callbacks: [show], env: { V: 1.10 } } }\nnodes: { <<: *n }`,
    'on-failure',
  ],
  [
    'among the nodes',
    `${HEAD}nodes: { x-a: &a { callbacks: [show], env: { V: 1.10 } }, one: *a }`,
    'on-failure',
  ],
  ['YAML 1.1', `%YAML 1.1\n---\n${HEAD}${A}nodes: { one: { <<: *a, restart: no } }`, 'no'],
  [
    'an alias of a value',
    `${HEAD}x-v: &v 1.10\nnodes: { one: { callbacks: [show], env: { V: *v } } }`,
    'on-failure',
  ],
])('merged: %s', async (_, yaml, policy) => {
  const { plan, diagnostics } = await checkYaml(yaml)
  expect(diagnostics).toEqual([])
  expect(Object.keys(plan?.nodes ?? {})).toEqual(['one'])
  expect(plan?.nodes.one).toMatchObject({
    callbacks: [{ name: 'show' }],
    env: { V: '1.10' },
    restart: { policy },
  })
})

test.each(
  titled([
    [`${HEAD}nodes: { one: { <<: «5» } }`, 'YAML_SYNTAX', '', 'a merge key << takes a mapping'],
    [`${HEAD}nodes: { one: { <<: [«x»] } }`, 'YAML_SYNTAX', '', 'a merge key << takes a mapping'],
    [`${HEAD}nodes: { one: { <<: «*nobody» } }`, 'YAML_SYNTAX', '', 'no anchor &nobody'],
    [`${HEAD}nodes: { one: &one { <<: «*one» } }`, 'YAML_SYNTAX', '', '&one contains itself'],
    [
      `${HEAD}x-a: &a { «restrt→restart»: no }\nnodes: { one: { <<: *a } }`,
      'UNKNOWN_KEY',
      'nodes.one.restrt',
    ],
    [`${HEAD}x-a: &a { restart: «nop→no» }\nnodes: { one: { <<: *a } }`, 'BAD_VALUE', 'nodes.one.restart'],
    [
      `${HEAD}x-a: &a { A: «"\${A}"» }\nnodes: { one: { env: { <<: *a } } }`,
      'MISSING_ENV',
      'nodes.one.env.A',
    ],
    [`${HEAD}nodes: { one: { «"<<"»: {} } }`, 'UNKNOWN_KEY', 'nodes.one.<<'],
    [`%YAML 1.1\n---\n${HEAD}nodes: { one: { restart: «yes» } }`, 'BAD_VALUE', 'nodes.one.restart', '"yes"'],
    [`${HEAD}nodes:\n«\t»one: {}`, 'YAML_SYNTAX', '', 'Tabs'],
  ]),
)('%s', (_, each) => expectFault(each))

test('a placeholder in what is merged is replaced once, and has the type that each key wants', async () => {
  const yaml = `${HEAD}x-a: &a { replicas: '\${N}', env: { E: '\${E}' } }
nodes: { one: { <<: *a }, two: { <<: *a, replicas: 1 } }`
  const { plan, diagnostics } = await checkYaml(yaml, { env: { N: '2', E: '${N}' } })
  expect(diagnostics).toEqual([])
  expect(Object.values(plan?.nodes ?? {}).map(({ name, env }) => [name, env.E])).toEqual([
    ['one-1', '${N}'],
    ['one-2', '${N}'],
    ['two', '${N}'],
  ])
})

test('keys that begin with x- are ignored, but in values of the author', async () => {
  const { plan, diagnostics } = await checkYaml(
    `${HEAD}x-note: 'of \${NOBODY}'
sources: { x-s: {}, s: { kind: module, module: ./s.ts, args: { x-k: 1 }, x-note: 1 } }
nodes:
  one: { callbacks: [show], x-note: '\${NOBODY}' }
  two: { calls: [{ call: show, args: [{ x-k: 1 }], x-note: 1 }] }
defaults: { x-note: 1 }
`,
    { files: { 's.ts': 'export default function* s() { yield 1 }' } },
  )
  expect(diagnostics).toEqual([])
  expect(plan).toMatchObject({
    sources: { s: { args: { 'x-k': 1 } } },
    nodes: { two: { calls: [{ args: [{ 'x-k': 1 }] }] } },
  })
})

test('merges that expand to too many values', async () => {
  const lines = Array.from(
    { length: 40 },
    (_, n) => `x-${n + 1}: &a${n + 1} { p: { <<: *a${n} }, q: { <<: *a${n} } }`,
  )
  const { diagnostics } = await checkYaml([HEAD, 'x-0: &a0 { p: 1 }', ...lines].join('\n'))
  expect(diagnostics).toMatchObject([{ message: 'aliases expand to too many values' }])
})

test('what an alias or a merge key makes a value of env is quoted as stars', async () => {
  for (const env of ['*e', '{ <<: *e }', '{ <<: [*e] }']) {
    const yaml = `${HEAD}x-e: &e { KEY: hunter2, no name: 1 }\nnodes: { one: { env: ${env} } }`
    const { diagnostics } = await checkYaml(yaml)
    expect(diagnostics).toMatchObject([{ line: 2, code: 'DAFFI_BAD_NAME' }])
    expect(diagnostics[0]?.frame).toContain('KEY: *******, no name')
  }
})
