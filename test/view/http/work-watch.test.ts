import { expect, test } from 'vitest'
import { WorkWatch } from '../../../src/runtime/view/http/work-watch.js'

const work = {
  jobs: [],
  moreJobs: 0,
  schedules: [],
  moreSchedules: 0,
  letters: [],
  moreLetters: 0,
  droppedLetters: 0,
}

test('pages that ask at the same time, or a moment later, share one look; after an order there is a new one', async () => {
  let looks = 0
  const watch = new WorkWatch({
    look: () => {
      looks++
      return Promise.resolve(work)
    },
  })
  await Promise.all([watch.look(), watch.look()])
  await watch.look()
  expect(looks).toBe(1)
  watch.forget()
  await watch.look()
  expect(looks).toBe(2)
})
