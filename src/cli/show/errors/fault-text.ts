import { relative } from 'node:path'
import type { Diagnostic } from '../../../runtime/index.js'
import type { Colours } from '../colours.js'

/** A fault as people read it: location, message, suggestion, and the lines around it. */
export function faultText(fault: Diagnostic, { bold, cyan, dim, red }: Colours): string {
  const { file, line, column, path, code, message, suggestion, frame } = fault
  const lines = [
    `${bold(`${shorter(file)}:${line}:${column}`)} ${red(code)}${path === '' ? '' : ` ${dim(path)}`}`,
    `  ${message}${suggestion === null ? '' : `; did you mean ${cyan(suggestion)}?`}`,
  ]
  if (frame !== '') lines.push('', frame.replaceAll(/^/gm, '    '))
  return `${lines.join('\n')}\n`
}

function shorter(file: string): string {
  const path = relative(process.cwd(), file)
  return path.length < file.length ? path : file
}
