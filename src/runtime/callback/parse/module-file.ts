import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { messageOf } from '../../core/errors.js'
import { wideFault } from '../../core/text/text-encoding.js'
import { outlineModule, type ModuleOutline } from './module-outline.js'

/** Extensions of the files that can be modules of callbacks and of sources. */
export const MODULE_EXTENSIONS: readonly string[] = ['.ts', '.mts', '.js', '.mjs']

/** A module that cannot be read or parsed. */
export interface ModuleFault {
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
    return { file, ...outlineModule(text, /^\.m?ts$/.test(extname(file))) }
  } catch (error) {
    return { file, fault: toFault(file, text, error) }
  }
}

function toFault(file: string, text: string, error: unknown): ModuleFault {
  const at = (error as { loc?: { line: number; column: number } }).loc
  return {
    file,
    line: at?.line ?? 1,
    column: (at?.column ?? 0) + 1,
    message: messageOf(error).replace(/ \(\d+:\d+\)$/, ''),
    text,
  }
}
