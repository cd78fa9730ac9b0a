import { expect, test } from 'vitest'
import { withPort } from '../../../src/cli/index.js'

test.each([
  [['--view'], ['--view=0']],
  [
    ['--view', '8080'],
    ['--view', '8080'],
  ],
  [['--view=8080'], ['--view=8080']],
  [
    ['--view', 'pipeline.yaml'],
    ['--view=0', 'pipeline.yaml'],
  ],
  [['pipeline.yaml'], ['pipeline.yaml']],
])('%j becomes %j', (argv, expected) => {
  expect(withPort(argv, '--view')).toEqual(expected)
})
