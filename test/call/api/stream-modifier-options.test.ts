import { readFileSync } from 'node:fs'
import { expect, expectTypeOf, test } from 'vitest'
import type { StreamModifierOptions } from '../../../src/runtime/call/api/stream-modifier-options.js'
import type { OptionSpec } from '../../../src/runtime/core/stream/parse-options.js'
import { STREAM_OPTIONS } from '../../../src/runtime/core/stream/stream-options.js'

const source = readFileSync(
  new URL('../../../src/runtime/call/api/stream-modifier-options.ts', import.meta.url),
  'utf8',
)
const declaration = /interface StreamModifierOptions \{(.*?)\n\}/s.exec(source)?.[1] ?? ''

/** The `@default` in the doc comment right above an option. */
function documentedDefault(option: string): string | undefined {
  const comments = [...declaration.matchAll(/\/\*\*((?:(?!\*\/).)*)\*\/\s*(\w+)\?:/gs)]
  const text = comments.find(([, , name]) => name === option)?.[1] ?? ''
  return /@default ([^\n]*)/.exec(text)?.[1]?.trim()
}

function written(spec: OptionSpec): string | undefined {
  if (spec.type === 'group' && !spec.orBoolean) {
    const options = Object.entries(spec.options).map(([name, each]) => `${name}: ${written(each) ?? ''}`)
    return `{ ${options.join(', ')} }`
  }
  if (!('default' in spec)) return undefined
  return typeof spec.default === 'string' ? `'${spec.default}'` : String(spec.default)
}

test('the type that programs see has every option of the table', () => {
  expectTypeOf<Exclude<keyof typeof STREAM_OPTIONS, keyof StreamModifierOptions>>().toBeNever()
})

test.each(Object.entries(STREAM_OPTIONS) as [string, OptionSpec][])(
  'the doc comment of %s gives the default of the table',
  (name, spec) => {
    const documented = documentedDefault(name)
    expect(documented).toBeDefined()
    const table = written(spec)
    if (table !== undefined) expect(documented).toBe(table)
  },
)
