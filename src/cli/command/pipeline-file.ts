import { resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { Args, Flags } from '@oclif/core'
import { DaffiError } from '../../runtime/core/errors.js'

const DEFAULT =
  'by default DAFFI_PIPELINE, the running pipeline, pipeline.yaml, or the only file in pipelines/'

/** The pipeline file as an optional last argument. Standard input is never taken for its name, as oclif would. */
export const fileArg = Args.custom({
  description: `Pipeline file; ${DEFAULT}.`,
  ignoreStdin: true,
})

/** Several files as arguments. */
export const filesArg = ({ description }: { description: string }) =>
  Args.string({ description, multiple: true, ignoreStdin: true })

/** The pipeline file as a flag, which every command has that takes one. */
export const fileFlag = Flags.custom({
  char: 'f',
  helpValue: 'FILE',
  summary: `Pipeline file; ${DEFAULT}.`,
})

/** The pipeline file as a flag of a command that has another meaning for -f. */
export const longFileFlag = Flags.custom({
  helpValue: 'FILE',
  summary: `Pipeline file; ${DEFAULT}.`,
})

/** Several files as a flag, which is repeated; what follows its one value is an argument again. */
export const filesFlag = Flags.custom({
  char: 'f',
  helpValue: 'FILE',
  multiple: true,
  multipleNonGreedy: true,
})

/**
 * The pipeline file that the command line names, as argument or with `-f`.
 * @throws DaffiError DAFFI_USAGE when both are given and differ
 */
export function namedFile(
  { file: argument }: { file: string | undefined },
  { file: flag }: { file: string | undefined },
): string | undefined {
  const listed = (file: string | undefined) => ({ file: file === undefined ? undefined : [file] })
  return namedFiles(listed(argument), listed(flag))?.[0]
}

/**
 * The files that the command line names, as arguments or with `-f`.
 * @throws DaffiError DAFFI_USAGE when both are given and differ
 */
export function namedFiles(
  { file: inArguments }: { file: string[] | undefined },
  { file: inFlags }: { file: string[] | undefined },
): string[] | undefined {
  if (inArguments && inFlags && !isDeepStrictEqual(resolved(inArguments), resolved(inFlags))) {
    const message = `the argument ${inArguments.join(' ')} and -f ${inFlags.join(' -f ')} name different files`
    throw new DaffiError('DAFFI_USAGE', message, { next: 'Name files once, as arguments or with -f.' })
  }
  return inArguments ?? inFlags
}

function resolved(files: string[]): string[] {
  return files.map((file) => resolve(file)).sort()
}
