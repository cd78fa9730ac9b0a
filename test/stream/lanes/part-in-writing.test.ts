import { expect, test, vi } from 'vitest'
import { Control, CONTROL_BYTES } from '../../../src/runtime/stream/lanes/shm/control.js'
import { PartInWriting } from '../../../src/runtime/stream/lanes/shm/part-in-writing.js'

const MIB = 1024 * 1024

function inWriting(): { control: Control; part: PartInWriting } {
  const control = new Control(new ArrayBuffer(CONTROL_BYTES))
  control.beginWrite(3)
  return { control, part: new PartInWriting(control, 3, control.nextGeneration(3)) }
}

test('a part tells how much of it is written, until it is whole or another takes its slot', () => {
  const { control, part } = inWriting()
  expect(part).toMatchObject({ isWritten: false, written: 0 })
  control.onWritten(3, 5 * MIB + 1)
  expect(part).toMatchObject({ isWritten: false, written: 5 * MIB })
  control.endWrite(3)
  expect(part.isWritten).toBe(true)
  control.beginWrite(3)
  expect(part).toMatchObject({ isWritten: true, written: 0 })
})

test('a writer that writes on is waited for, and one that has written nothing for a second is not', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  try {
    const { control, part } = inWriting()
    expect(await part.grows()).toBe(true)
    for (let written = 1; written < 5; written++) {
      vi.advanceTimersByTime(900)
      control.onWritten(3, written * MIB)
      expect(await part.grows()).toBe(true)
    }
    // What does not grow is no progress, whoever has written it.
    control.onWritten(3, MIB)
    vi.advanceTimersByTime(900)
    expect(await part.grows()).toBe(true)
    control.onWritten(3, 2 * MIB)
    vi.advanceTimersByTime(200)
    expect(await part.grows()).toBe(false)
  } finally {
    vi.useRealTimers()
  }
})

test('who needs all of a part waits until it is whole, or no longer than it wants', async () => {
  const { control, part } = inWriting()
  const whole = part.whole(64 * MIB, () => false)
  control.onWritten(3, 64 * MIB)
  setTimeout(() => control.endWrite(3))
  await whole
  expect(part.isWritten).toBe(true)
  await inWriting().part.whole(MIB, () => true)
})

test('a number of bytes that makes no sense is none', () => {
  const { control, part } = inWriting()
  control.onWritten(3, -5 * MIB)
  expect(part.written).toBe(0)
})
