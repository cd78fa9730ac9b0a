import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { messageOf } from '../../core/errors.js'
import type { ErrorCode } from '../../core/error-codes.js'
import { wideFault } from '../../core/text/text-encoding.js'
import { parseModule } from './babel.js'
import { outlineModule, type ModuleOutline } from './module-outline.js'
import { refuseUncompilable } from './uncompilable.js'

/** Extensions of the files that can be modules of callbacks and of sources. */
export const MODULE_EXTENSIONS: readonly string[] = ['.ts', '.mts', '.js', '.mjs']

/** One thing wrong in a module, found without running it. */
export interface ModuleFault {
  code: ErrorCode
  file: string
  /** Line of the fault, from 1. */
  line: number
  /** Column of the fault, from 1. */
  column: number
  message: string
  /** The module's text, to show the line at fault, and to find callbacks that it probably offers. */
  text: string
}

/** Result of reading a module: its outline, or its fault. */
export type ReadModule = ({ file: string } & ModuleOutline) | { file: string; fault: ModuleFault }

/** Reads and parses a module, without running it. */
export async function readModule(file: string): Promise<ReadModule> {
  let text = ''
  try {
    const bytes = await readFile(file)
    const wide = wideFault(bytes)
    if (wide !== undefined) throw new Error(wide)
    text = bytes.toString()
    const { program } = parseModule(text, isTypeScript(file))
    // Only these two signs can begin such syntax, and to look at every node takes time.
    if (/@|\baccessor\b/.test(text)) refuseUncompilable(program, file)
    return { file, ...outlineModule(program) }
  } catch (error) {
    return { file, fault: toFault(file, text, error) }
  }
}

export function isTypeScript(file: string): boolean {
  return /^\.m?ts$/.test(extname(file))
}

/** @param error what reading or parsing the module threw */
export function toFault(file: string, text: string, error: unknown): ModuleFault {
  const at = (error as { loc?: { line: number; column: number } }).loc
  return {
    code: 'DAFFI_MODULE_SYNTAX',
    file,
    line: at?.line ?? 1,
    column: (at?.column ?? 0) + 1,
    message: messageOf(error).replace(/ \(\d+:\d+\)$/, ''),
    text,
  }
}
