import { expect, test } from 'vitest'
import { checkYaml, expectFault, pipelineYaml, titled } from '../check-yaml.js'

const node = (text: string) => pipelineYaml({ node: text })

test.each(
  titled([
    [node('{ callbacks: [show]\n«x»: 1'), 'YAML_SYNTAX', ''],
    ['name: "shop\n«»', 'YAML_SYNTAX', ''],
    ['name: shop\nnodes: { one: {} }\n«name»: shop', 'YAML_SYNTAX', '', 'unique'],
    ['name: shop\nnodes: { one: {} }\n«---»\nname: other', 'YAML_SYNTAX', '', 'another document'],
    ['name: shop\nnodes: «*nobody»', 'YAML_SYNTAX', '', 'no anchor &nobody before this alias'],
    ['name: shop\nnodes: &all { one: { calls: «*all» } }', 'YAML_SYNTAX', '', '&all contains itself'],
    ['name: «!secret» shop\nnodes: { one: {} }', 'YAML_SYNTAX', '', '!secret'],
    ['name: shop\n? «[a, b]»\n: 1', 'YAML_SYNTAX', '', 'cannot be a key'],
    ['name: shop\nnodes: { «__proto__»: {} }', 'YAML_SYNTAX', '', 'cannot be a key'],
    ['«- name»: shop', 'WRONG_TYPE', '', 'a mapping'],
  ]),
)('%s', (_, each) => expectFault(each))

test('whole numbers are read exactly, and small ones are numbers', async () => {
  const args = '647463207857815565 7 -0 0xFFFFFFFFFFFFFFFFFF "${ID}" ${ID} -9007199254740993 .inf 0.0'
  const list = args.split(' ').map((each) => `\n          - ${each}`)
  const call = `call: show\n        args:\n        -${list.join('')}`
  const { plan } = await checkYaml(pipelineYaml({ call }), { env: { ID: '18446744073709551616' } })
  expect(plan?.nodes['one']?.calls[0]?.args).toStrictEqual([
    [
      647463207857815565n,
      7,
      -0,
      0xffffffffffffffffffn,
      '18446744073709551616',
      18446744073709551616n,
      -9007199254740993n,
      Infinity,
      0,
    ],
  ])
})

test.each(['1e400', '-1E999', '1e-400'])('%s is no number', async (number) => {
  await expectFault([
    node(`{ calls: [{ call: show, args: [«${number}→"${number}"»] }] }`),
    'YAML_SYNTAX',
    '',
    'beyond',
  ])
})

test('a whole number that is too large for its key', async () => {
  const source = '{ kind: camera, device: test, fps: «99999999999999999999» }'
  await expectFault([
    pipelineYaml({ source }),
    'BAD_VALUE',
    'sources.camera.fps',
    'fps: 99999999999999999999 is too large',
  ])
})

test('an empty file', async () => {
  const { diagnostics } = await checkYaml('# nothing yet\n')
  expect(diagnostics).toMatchObject([
    { line: 1, column: 1, code: 'DAFFI_WRONG_TYPE', message: 'the file is empty' },
  ])
})

test.each([
  ['server: { url: «${A}→"${A}"» }', '${A} is inside'],
  ['server: { url: «${A:-}→"${A:-}"», x: 1 }', 'quote it'],
  ['server: [ «${A:-b}→"${A:-b}"», c ]', 'quote it'],
  ['server: { url: x«${A}→"${A}"» }', 'quote it'],
])('unquoted: %s', async (server, message) => {
  await expectFault([`name: shop\n${server}\nnodes: { one: {} }`, 'YAML_SYNTAX', '', message])
})

test('several unquoted placeholders are reported, and another syntax error as well', async () => {
  const { diagnostics } = await checkYaml('a: { b: ${B} }\nc: [ ${C:-1}, ${D} ]\ne: "\n')
  expect(diagnostics.map(({ line, suggestion }) => [line, suggestion])).toEqual([
    [1, '"${B}"'],
    [2, '"${C:-1}"'],
    [2, '"${D}"'],
    [4, null],
  ])
})

test.each([
  ['[', '['.repeat(100_000)],
  ['{', '{ a: '.repeat(50_000)],
  ['-', `a:\n  ${'- '.repeat(50_000)}`],
])('nested too deeply by %s', async (_, yaml) => {
  const { diagnostics } = await checkYaml(yaml)
  expect(diagnostics).toMatchObject([
    { code: 'DAFFI_YAML_SYNTAX', message: 'this is nested too deeply: there can be 64 levels' },
  ])
})

test('aliases that expand to too many values', async () => {
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x]']
  for (const [last, name] of ['ab', 'bc', 'cd', 'de']) {
    lines.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${last}`).join(', ')}]`)
  }
  const { diagnostics } = await checkYaml(lines.join('\n'))
  expect(diagnostics).toMatchObject([
    { line: 5, code: 'DAFFI_YAML_SYNTAX', message: 'aliases expand to too many values' },
  ])
})

test('a byte order mark and carriage returns are accepted', async () => {
  const { diagnostics } = await checkYaml(`\uFEFF${pipelineYaml().replaceAll('\n', '\r\n')}`)
  expect(diagnostics).toEqual([])
})
