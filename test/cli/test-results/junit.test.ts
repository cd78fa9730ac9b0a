import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeJunit } from '../../../src/cli/index.js'
import { temporaryFolder } from '../../support/temporary.js'

test('no text of a report has characters that XML cannot hold, or that act', async () => {
  const hostile = 'a\u001b[2J\u0000\u009b\u202e\ufffeb'
  const path = join(await temporaryFolder(), 'report.xml')
  await writeJunit(path, [
    {
      file: `/x/${hostile}.yaml`,
      name: hostile,
      line: 1,
      passed: false,
      seconds: 1,
      output: [hostile],
      failures: [
        {
          line: 1,
          column: 1,
          path: hostile,
          frame: '',
          message: hostile,
          expected: hostile,
          actual: hostile,
        },
      ],
    },
  ])
  const xml = await readFile(path, 'utf8')
  expect(xml).toMatch(/^[\n\u0020-\u007e]*$/)
  expect(xml).toMatch(/<testsuite name="[^"]*ab.yaml"/)
  expect(xml).toMatch(/<testcase name="ab" classname="[^"]*ab.yaml" file="[^"]*ab.yaml"/)
})

test.skipIf(process.platform !== 'linux')('a report for which no folder can be made is told of', async () => {
  await expect(writeJunit('/proc/daffi/report.xml', [])).rejects.toMatchObject({
    code: 'DAFFI_USAGE',
    message:
      'the report /proc/daffi/report.xml was not written: nothing can be written into /proc/daffi: its file system makes no folders',
  })
})
