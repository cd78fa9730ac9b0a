import { expect, test } from 'vitest'
import { afterDelay, parseDelay, untilDue } from '../../../src/runtime/call/wire/delay.js'

test('delay and eta are two names of one option', () => {
  expect([{}, { delay: 1 }, { eta: '2s' }].map(parseDelay)).toEqual([0, 1000, 2000])
})

test('both at once are refused, even when they agree', () => {
  expect(() => parseDelay({ delay: 1, eta: 1 })).toThrow(
    expect.objectContaining({
      code: 'DAFFI_USAGE',
      message: 'delay and eta are the same option; give only one of them',
    }),
  )
})

test.each(['delay', 'eta'])('a wrong %s is named', (name) => {
  expect(() => parseDelay({ [name]: 'soon' })).toThrow(
    expect.objectContaining({
      code: 'DAFFI_BAD_DURATION',
      message: expect.stringContaining(`${name}: "soon"`) as string,
    }),
  )
})

test('a timeout counts from when the call is due; without limit it stays so', () => {
  expect([afterDelay(100, 50), afterDelay(0, 50)]).toEqual([150, 0])
})

test('the wait for a call to be due ends with the first signal that aborts', async () => {
  const reason = new Error('enough')
  const waiting = untilDue(60_000, [new AbortController().signal, AbortSignal.abort(reason)])
  await expect(waiting).rejects.toMatchObject({ code: 'DAFFI_ABORTED', cause: reason })
  await untilDue(1, [new AbortController().signal])
})
