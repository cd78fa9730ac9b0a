import { expect, test } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatLatency,
  formatRate,
  formatTimes,
} from '../../../../src/runtime/view/page/dom/format.js'

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [10 * 1024, '10 KiB'],
  [1.5 * 1024 ** 3, '1.5 GiB'],
  [5000 * 1024 ** 4, '5000 TiB'],
])('%d bytes', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

test('rates, counts and latencies', () => {
  expect([0, 29.97, 99.94, 100, 12345.6].map(formatRate)).toEqual([
    '0.0/s',
    '30.0/s',
    '99.9/s',
    '100/s',
    '12,346/s',
  ])
  expect(formatCount(1234567)).toBe('1,234,567')
  expect([formatTimes(1, 'gap'), formatTimes(2, 'gap')]).toEqual(['1 gap', '2 gaps'])
  expect(formatLatency(null)).toBe('–')
  expect(formatLatency({ p50: 1.25, p99: 12.5 })).toBe('1.3 / 13 ms')
})
