import { expect, test } from 'vitest'
import { parseModifier } from '../../src/runtime/pipeline/load/parse-modifier.js'
import { checkYaml } from './check-yaml.js'

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n')

const HEAD = 'name: a\nnodes:\n'

/** Files whose check took a time that grew with the square of their size, filled the memory, or ended the process. */
test.each([
  ['unknown keys, 890 KB', `name: a\nnodes: { one: {} }\n${lines(75_000, (n) => `key${n}: 1`)}`, 101],
  ['unknown keys of a node', `${HEAD}  one:\n${lines(15_000, (n) => `    key${n}: 1`)}`, 101],
  ['the same key again and again', lines(20_000, () => 'key: 1'), 101],
  ['nodes with a fault', HEAD + lines(10_000, (n) => `  n${n}: { x: 1 }`), 101],
  ['names that nobody has', HEAD + lines(5000, (n) => `  n${n}: { depends_on: [m${n}] }`), 101],
  ['syntax errors', lines(20_000, (n) => `- [x${n}`), 101],
  ['one syntax error after the other', `a: ${'}'.repeat(100_000)}`, 1],
  ['more processes than memory', HEAD + lines(5000, (n) => `  n${n}: { replicas: 1000 }`), 1],
  [
    'a chain of nodes',
    `${HEAD}${lines(9000, (n) => `  n${n}: { depends_on: [n${n + 1}] }`)}\n  n9000: {}`,
    0,
  ],
  ['many aliases', `name: a\nx:\n${lines(10_000, (n) => `  - &a${n} x\n  - *a${n}`)}`, 1],
  ['unquoted placeholders', `a: [${lines(20_000, (n) => `\${A${n}},`)}]`, 3],
])('%s', async (_, yaml, count) => {
  const before = process.cpuUsage()
  const { diagnostics } = await checkYaml(yaml)
  expect(process.cpuUsage(before).user).toBeLessThan(8_000_000)
  expect(diagnostics).toHaveLength(count)
  if (count === 101) {
    expect(diagnostics.at(-1)).toMatchObject({
      code: 'DAFFI_TOO_MANY_FAULTS',
      message: 'there are more faults; these are 100 of them',
    })
  }
})

test('a modifier on the command line has its limit, too', () => {
  const text = `{ STREAM: { ${lines(200, (n) => `key${n}: 1,`).replaceAll('\n', ' ')} } }`
  expect(() => parseModifier(text, 1000)).toThrow(/unknown key "key0"/)
})
