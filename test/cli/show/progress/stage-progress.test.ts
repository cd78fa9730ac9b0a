import { expect, test } from 'vitest'
import { StageProgress } from '../../../../src/cli/show/progress/stage-progress.js'

const read = { in: 1234, gave: 3, filtered: 1230, failed: 1, out: 4 }

test('stages have their counts over all processes of a node, and a line each once in a while', () => {
  const progress = new StageProgress(5000)
  progress.accept({ type: 'stages', node: 'one', stages: { read } })
  const line = 'stage read: in 1,234 out 4 filtered 1,230 failed 1'
  expect(progress.due('one', 10_000)).toEqual([line])
  expect(progress.due('one', 12_000)).toEqual([])
  expect(progress.due('one', 15_000)).toEqual([line])
  progress.restart('one')
  progress.accept({ type: 'stages', node: 'one', stages: { read } })
  expect(progress.lines()).toEqual(['one stage read: in 2,468 out 8 filtered 2,460 failed 2'])
})
