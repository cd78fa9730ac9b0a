import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pipelineJsonSchema, testFileJsonSchema } from '../../../src/runtime/pipeline/schema/json-schema.js'
import { ROOT } from '../../support/paths.js'

test.each([
  ['pipeline', pipelineJsonSchema],
  ['test', testFileJsonSchema],
])('%s.schema.json is what is committed', async (name, schema) => {
  const committed: unknown = JSON.parse(await readFile(join(ROOT, `schema/${name}.schema.json`), 'utf8'))
  expect(JSON.parse(JSON.stringify(schema()))).toEqual(committed)
})

test('describes the keys, and accepts a placeholder for any scalar', () => {
  const text = JSON.stringify(pipelineJsonSchema())
  expect(pipelineJsonSchema()).toMatchObject({
    required: ['name', 'nodes'],
    additionalProperties: false,
    properties: {
      defaults: {
        properties: {
          timeout: { default: '30s', type: ['number', 'string'] },
          restart: {
            default: 'on-failure',
            anyOf: [
              { anyOf: [{ enum: ['no', 'on-failure', 'always'] }, { pattern: '\\$\\{' }] },
              { properties: { attempts: {}, delay: {}, max_delay: {}, policy: {}, window: {} } },
            ],
          },
        },
      },
    },
  })
  expect(text).toContain('"const":"camera"')
  expect(text).toContain('"exclusiveMinimum":0}')
})
