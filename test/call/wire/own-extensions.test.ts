import { expect, test } from 'vitest'
import { fileServer } from '../../support/file-server.js'
import { start } from '../../support/talking-process.js'

test('extensions that the program gives msgpackr are its own, and those of the library stay', async () => {
  const value = {
    integer: 1n,
    map: new Map([[1, 2]]),
    set: new Set([3]),
    error: new RangeError('four'),
    five: new Float64Array(5),
  }
  // A process of its own: those that run here would have the extensions, too.
  const { child, said } = start('own-extensions', [await fileServer()], { serialization: 'advanced' })
  child.send(value)
  expect(await said()).toEqual([value, value])
})
