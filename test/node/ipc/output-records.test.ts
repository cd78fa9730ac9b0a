import { expect, test } from 'vitest'
import { markRecords, RecordJoiner } from '../../../src/runtime/node/ipc/output-records.js'

/** The records of what a process writes, each text at once. */
function records(...texts: (string | Uint8Array)[]): string[] {
  let written = ''
  const output = {
    write: (chunk: string | Uint8Array) => {
      written += Buffer.from(chunk).toString()
      return true
    },
  }
  markRecords(output as unknown as NodeJS.WriteStream)
  for (const text of texts) output.write(text)
  const joiner = new RecordJoiner()
  const lines = written.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const found = lines.flatMap((line) => joiner.add(line) ?? [])
  return [...found, ...[joiner.rest()].filter((each) => each !== undefined)]
}

test('what is written at once is one record, and lines that are written one by one are one each', () => {
  expect(records('one\n', '{\n  a: 1\n}\n', 'two\n')).toEqual(['one', '{\n  a: 1\n}', 'two'])
  expect(records('\n', 'a', 'b\n', '\n\n')).toEqual(['', 'ab', '\n'])
  expect(records(Buffer.from('raw\nbytes\n'))).toEqual(['raw', 'bytes'])
})

test('a record whose end does not come is what has come of it', () => {
  expect(records('begun\nand')).toEqual(['begun\nand'])
  const joiner = new RecordJoiner()
  expect(joiner.add('begun\u001f')).toBeUndefined()
  expect(joiner.rest()).toBe('begun')
  expect(joiner.rest()).toBeUndefined()
})

test('a record of any length is divided', () => {
  const joiner = new RecordJoiner()
  const long = 'x'.repeat(2 ** 20 + 1)
  expect(joiner.add(`${long}\u001f`)).toBe(long)
  expect(joiner.add('rest')).toBe('rest')
})
