import { describe, expect, test } from 'vitest'
import { GIB, KIB, MIB } from '../../../src/runtime/core/bytes.js'
import { parseOptions } from '../../../src/runtime/core/stream/parse-options.js'
import { STREAM_OPTIONS } from '../../../src/runtime/core/stream/stream-options.js'

const parse = (given: Record<string, unknown>) => parseOptions(STREAM_OPTIONS, given)

test('defaults are those of the docs', () => {
  expect(parse({})).toEqual({
    delivery: undefined,
    name: undefined,
    buffer: 2,
    onError: undefined,
    retry: { attempts: 5, delayMs: 1000, backoff: 2 },
    patienceMs: 30_000,
    share: false,
    batch: { bytes: 128 * KIB, lingerMs: 2 },
    shm: { bytes: 256 * MIB },
    window: { items: 1000, bytes: 64 * MIB },
    retention: { ageMs: 24 * 3600 * 1000, bytes: GIB },
  })
})

test('what is given counts, and the rest of its group keeps the defaults', () => {
  const given = { retry: { delay: '5s' }, batch: { linger: 0.01 }, shm: false, retention: { age: '64001ms' } }
  expect(parse(given)).toMatchObject({
    retry: { attempts: 5, delayMs: 5000, backoff: 2 },
    batch: { bytes: 128 * KIB, lingerMs: 10 },
    shm: false,
    retention: { ageMs: 64_001, bytes: GIB },
  })
})

test('null stands for the default', () => {
  expect(parse({ onError: null, share: null, retry: { attempts: null }, batch: null })).toEqual(parse({}))
})

test('options without a description are left out', () => {
  expect(parse({ onProgress: () => undefined })).not.toHaveProperty('onProgress')
})

describe('refused, with the path', () => {
  test.each([
    [{ buffer: 0 }, 'buffer must be a whole number, at least 1, not 0'],
    [{ buffer: 1.5 }, 'buffer must be a whole number, at least 1, not 1.5'],
    [{ delivery: 'fast' }, 'delivery must be one of live, lossless, durable, not "fast"'],
    [{ onError: 'panic' }, 'onError must be one of stop, skip, retry, not "panic"'],
    [{ share: 'yes' }, 'share must be true, false or an object of options, not "yes"'],
    [{ retry: { attempts: 0 } }, 'retry.attempts must be a whole number, at least 1, not 0'],
    [{ retry: { backoff: NaN } }, 'retry.backoff must be a number, at least 1, not NaN'],
    [{ retry: 3 }, 'retry must be an object of options, not 3'],
    [{ batch: { bytes: 0 } }, 'batch.bytes must be from 1 B to 1 MiB, not 0'],
    [{ batch: { bytes: '2 MiB' } }, 'batch.bytes must be from 1 B to 1 MiB, not "2 MiB"'],
    [{ batch: { linger: '11s' } }, 'batch.linger must be at most 10s, not "11s"'],
    [{ shm: true }, 'shm must be an object of options, not true'],
    [{ shm: { bytes: '1 KiB' } }, 'shm.bytes must be at least 1 MiB, not "1 KiB"'],
    [{ retention: { age: '1s' } }, 'retention.age must be at least 1m, not "1s"'],
    [{ retention: false }, 'retention must be an object of options, not false'],
  ])('%j', (given, message) => {
    expect(() => parse(given)).toThrow(message)
  })

  test('a duration or size of another form, by its own code', () => {
    expect(() => parse({ retry: { delay: 'soon' } })).toThrow(
      expect.objectContaining({ code: 'DAFFI_BAD_DURATION' }),
    )
    expect(() => parse({ shm: { bytes: 'much' } })).toThrow(
      expect.objectContaining({ code: 'DAFFI_BAD_SIZE' }),
    )
  })
})
