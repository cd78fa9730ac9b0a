import { relative } from 'node:path'
import pc from 'picocolors'
import type { Diagnostic } from './diagnostic.js'

/** A diagnostic as people read it: location, message, suggestion, and the lines around it. */
export function formatDiagnostic(diagnostic: Diagnostic, { colour }: { colour: boolean }): string {
  const { bold, cyan, dim, red } = pc.createColors(colour)
  const { file, line, column, path, code, message, suggestion, frame } = diagnostic
  const lines = [
    `${bold(`${shorter(file)}:${line}:${column}`)} ${red(code)}${path === '' ? '' : ` ${dim(path)}`}`,
    `  ${message}${suggestion === null ? '' : `; did you mean ${cyan(suggestion)}?`}`,
  ]
  return `${lines.join('\n')}\n\n${frame.replaceAll(/^/gm, '    ')}\n`
}

function shorter(file: string): string {
  const path = relative(process.cwd(), file)
  return path.length < file.length ? path : file
}
