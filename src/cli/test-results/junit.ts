import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DaffiError } from '../../runtime/core/errors.js'
import { folderReason } from '../../runtime/core/project/folder-error.js'
import { makeFolders } from '../../runtime/core/ownership/make-folders.js'
import { plainData, plainText } from '../../runtime/core/text/plain-text.js'
import type { TestResult } from '../../runtime/index.js'
import { failureText, shownPath } from './test-lines.js'

/** Characters that XML 1.0 cannot represent. */
const UNWRITABLE = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

/**
 * Writes results as JUnit XML, one suite a file, as CI systems read it.
 * @throws DaffiError DAFFI_USAGE when the file cannot be written
 */
export async function writeJunit(path: string, tests: TestResult[]): Promise<void> {
  const { default: XMLBuilder } = await import('fast-xml-builder')
  const xml = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', format: true })
  const files = [...new Set(tests.map(({ file }) => file))]
  const suites = files.map((file) =>
    suite(
      shownPath(file),
      tests.filter((test) => test.file === file),
    ),
  )
  const report = {
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    testsuites: { ...totals(tests), testsuite: suites },
  }
  try {
    makeFolders(dirname(path))
    await writeFile(path, xml.build(plainData(report, writable)))
  } catch (cause) {
    const next = 'Give --junit a path that you may write to.'
    const message = `the report ${path} was not written: ${folderReason(cause)}`
    throw new DaffiError('DAFFI_USAGE', message, { cause, next })
  }
}

function totals(tests: TestResult[]): object {
  const seconds = tests.reduce((sum, test) => sum + test.seconds, 0)
  const failures = tests.filter(({ passed }) => !passed).length
  return { '@tests': tests.length, '@failures': failures, '@errors': 0, '@time': seconds.toFixed(3) }
}

function suite(file: string, tests: TestResult[]): object {
  return { '@name': file, ...totals(tests), testcase: tests.map((test) => testCase(file, test)) }
}

function testCase(file: string, { name, line, seconds, failures, output }: TestResult): object {
  const where = { '@classname': file, '@file': file, '@line': line, '@time': seconds.toFixed(3) }
  const details = failures.map(
    (each) => `${file}:${each.line}:${each.column} ${failureText(each).join('\n')}`,
  )
  return {
    '@name': name,
    ...where,
    ...(failures[0] ? { failure: { '@message': failures[0].message, '#text': details.join('\n\n') } } : {}),
    ...(output.length > 0 ? { 'system-out': output.join('\n') } : {}),
  }
}

/** Every text of the report, names and paths too. */
function writable(text: string): string {
  return plainText(text).replaceAll(UNWRITABLE, '')
}
