import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pipelineJsonSchema } from '../../src/runtime/pipeline/json-schema.js'
import { ROOT } from '../support/paths.js'

test('is what is committed', async () => {
  const committed: unknown = JSON.parse(await readFile(join(ROOT, 'schema/pipeline.schema.json'), 'utf8'))
  expect(JSON.parse(JSON.stringify(pipelineJsonSchema()))).toEqual(committed)
})

test('describes the keys, and lets an environment value stand for any scalar', () => {
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
            anyOf: [{ enum: ['no', 'on-failure', 'always'] }, { pattern: '\\$\\{' }],
          },
        },
      },
    },
  })
  expect(text).toContain('"const":"camera"')
  expect(text).toContain('"exclusiveMinimum":0}')
})
