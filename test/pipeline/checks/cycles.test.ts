import { expect, test } from 'vitest'
import { checkYaml, expectFault, pipelineYaml, titled } from '../check-yaml.js'

const node = (text: string) => pipelineYaml({ node: `{ callbacks: [show], ${text}` })
const DEPENDS = 'depends_on[0]'

test.each(
  titled([
    [node('depends_on: [«two»] }'), 'DEPENDENCY_CYCLE', `nodes.two.${DEPENDS}`, 'two -> two'],
    [node('replicas: 2, depends_on: [«two-1»] }'), 'DEPENDENCY_CYCLE', `nodes.two.${DEPENDS}`, 'two -> two'],
    [
      node('depends_on: [a] }\n  a: { depends_on: [b] }\n  b: { depends_on: [«two»] }'),
      'DEPENDENCY_CYCLE',
      `nodes.b.${DEPENDS}`,
      'two -> a -> b -> two',
    ],
  ]),
)('%s', (_, each) => expectFault(each))

test('every cycle is reported once', async () => {
  const pair = (a: string, b: string) => `  ${a}: { depends_on: [${b}] }\n  ${b}: { depends_on: [${a}] }\n`
  const { diagnostics } = await checkYaml(pipelineYaml() + pair('a', 'b') + pair('c', 'd'))
  expect(diagnostics.map(({ message }) => message)).toEqual([
    'nodes wait for one another: a -> b -> a',
    'nodes wait for one another: c -> d -> c',
  ])
})

test('nodes that share a dependency are not a cycle', async () => {
  const { diagnostics } = await checkYaml(
    `${pipelineYaml()}  a: { depends_on: [one, two] }\n  b: { depends_on: [a, one] }\n`,
  )
  expect(diagnostics).toEqual([])
})
