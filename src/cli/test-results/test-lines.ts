import { relative } from 'node:path'
import { inspect } from 'node:util'
import type { TestFailure, TestResult } from '../../runtime/index.js'
import type { Colours } from '../show/colours.js'

const INDENT = '    '

/**
 * The lines of a test that has ended: one, and for a failed test every difference from what was expected.
 * @param isUpdated whether it had failed, and its expected values were written anew
 */
export function testLines(
  { name, passed, seconds, file, failures, output }: TestResult,
  colours: Colours,
  isUpdated = false,
): string[] {
  const { bold, dim, green, red } = colours
  const head = `${passed ? green('✓') : red('✗')} ${name} ${dim(`(${seconds.toFixed(1)} s${isUpdated ? ', updated' : ''})`)}`
  if (passed) return [head]
  const printed = output.length > 0 ? [dim('last lines of the nodes:'), ...output.map(dim), ''] : []
  const details = failures.flatMap(({ line, column, path, ...failure }) => [
    `${bold(`${shownPath(file)}:${line}:${column}`)} ${dim(path)}`,
    ...failureText(failure).map((each, index) => (index === 0 ? `  ${red(each)}` : `  ${each}`)),
    '',
    ...failure.frame.split('\n').map((each) => `${INDENT}${each}`),
    '',
  ])
  return [head, ...[...details, ...printed].map((each) => (each === '' ? '' : INDENT + each))]
}

/** A difference from what was expected, in lines without colour. */
export function failureText({
  message,
  expected,
  actual,
}: Pick<TestFailure, 'message' | 'expected' | 'actual'>): string[] {
  if (expected === undefined) return message.split('\n')
  // A text is shown as it is, unless it would look like a value of another type.
  const isText = typeof expected === 'string' && typeof actual === 'string'
  return [message, ...block('expected', expected, isText), ...block('actual  ', actual, isText)]
}

function block(label: string, value: unknown, isText: boolean): string[] {
  const text = isText ? String(value) : inspect(value, { depth: 6, breakLength: 100 })
  return text.split('\n').map((line, index) => `  ${index === 0 ? label : ' '.repeat(label.length)}  ${line}`)
}

/** A path relative to the working folder, where that is shorter. */
export function shownPath(file: string): string {
  const path = relative(process.cwd(), file)
  return path.length < file.length ? path : file
}
