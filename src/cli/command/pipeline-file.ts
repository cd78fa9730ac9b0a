import { resolve } from 'node:path'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { DaffiError } from '../../runtime/core/errors.js'
import type { PipelineToCheck } from '../../runtime/index.js'

const DEFAULT =
  'by default DAFFI_PIPELINE, the running pipeline, pipeline.yaml, or the only file in pipelines/'

/** The pipeline file as an optional last argument. Standard input is never taken for its name, as oclif would. */
export const fileArg = Args.custom({
  description: `Pipeline file; ${DEFAULT}.`,
  ignoreStdin: true,
})

/** A name or an id of what a pipeline has, in whose place its file is easily given. */
export const nameArg = Args.custom<string, { what?: 'a name' | 'an id'; hint?: string }>({
  parse: (text, _context, { what = 'a name', hint = '' }) => {
    if (!/\.ya?ml$/i.test(text)) return Promise.resolve(text)
    throw new DaffiError('DAFFI_USAGE', `${text} is a pipeline file, and stands where ${what} belongs`, {
      next: `Name the file with --file ${text}.${hint}`,
    })
  },
  ignoreStdin: true,
})

/** Several files as arguments, each a pipeline of its own. */
export const filesArg = ({ description }: { description: string }) =>
  Args.string({ description, multiple: true, ignoreStdin: true })

/** A file that says which project is meant, as a flag. */
export const fileFlag = Flags.custom({ char: 'f', helpValue: 'FILE' })

/** The pipeline file as a flag of a command that has another meaning for -f. */
export const longFileFlag = Flags.custom({
  helpValue: 'FILE',
  summary: `Pipeline file; ${DEFAULT}.`,
})

/** A flag that is repeated for several values; what follows its one value is an argument again. */
const repeated = { multiple: true, multipleNonGreedy: true } as const

/** Flags that say with what a pipeline file is read. */
export const inputFlags = {
  'env-file': Flags.string({
    helpValue: 'FILE',
    summary: 'File of values for ${NAME} in the pipeline file, in place of .env beside it; may be repeated.',
    helpGroup: 'PIPELINE',
    ...repeated,
  }),
  profile: Flags.string({
    helpValue: 'NAME',
    summary: 'Let the nodes of this profile take part, * for those of all; may be repeated.',
    helpGroup: 'PIPELINE',
    ...repeated,
  }),
}

/** Flags of every command that works on a pipeline: which files, and with what they are read. */
export const pipelineFlags = {
  file: Flags.string({
    char: 'f',
    helpValue: 'FILE',
    summary: `Pipeline file; ${DEFAULT}. If repeated, each is merged over those before it.`,
    ...repeated,
  }),
  ...inputFlags,
}

/** Flags of a command whose arguments are pipelines of their own, and say what is meant by default. */
export const pipelinesFlags = {
  file: Flags.string({
    char: 'f',
    helpValue: 'FILE',
    summary: 'Pipeline file; if repeated, each is merged over those before it.',
    ...repeated,
  }),
  ...inputFlags,
}

/** The values of `pipelineFlags`. */
interface PipelineFlagValues {
  file: string[] | undefined
  'env-file': string[] | undefined
  profile: string[] | undefined
}

/** A pipeline as the command line names it. */
export interface NamedPipeline {
  /** Its file and those that are merged over it; none for the default one. */
  files: string[]
  envFiles: string[]
  profiles: string[]
}

/**
 * The pipeline that the command line names, as argument or with `-f`.
 * @throws DaffiError DAFFI_USAGE when both are given and differ
 */
export function namedPipeline(
  { file: argument }: { file?: string | undefined },
  flags: PipelineFlagValues,
): NamedPipeline {
  const [files = []] = listed({ file: argument === undefined ? undefined : [argument] }, flags)
  return { files, envFiles: flags['env-file'] ?? [], profiles: flags.profile ?? [] }
}

/**
 * The pipelines that the command line names: each argument is one, and what stands behind `-f` is merged to one.
 * @throws DaffiError DAFFI_USAGE when both are given and differ
 */
export function namedPipelines(
  args: { file: string[] | undefined },
  flags: PipelineFlagValues,
): PipelineToCheck[] {
  const inputs = { envFiles: flags['env-file'] ?? [], profiles: flags.profile ?? [] }
  return listed(args, flags).flatMap(([file, ...overrides]) =>
    file === undefined ? [] : [{ file, inputs: { overrides, ...inputs } }],
  )
}

/** Files of each pipeline that is named. */
function listed(
  { file: inArguments }: { file: string[] | undefined },
  { file: inFlags }: Pick<PipelineFlagValues, 'file'>,
): string[][] {
  if (inArguments && inFlags && !areSame(inArguments, inFlags)) {
    const message = `the argument ${inArguments.join(' ')} and -f ${inFlags.join(' -f ')} name different files`
    throw new DaffiError('DAFFI_USAGE', message, { next: 'Name files once, as arguments or with -f.' })
  }
  return inArguments ? inArguments.map((file) => [file]) : inFlags ? [inFlags] : []
}

/**
 * The file that the command line names, as argument or with `-f`, of a command that asks only which project is meant.
 * @throws DaffiError DAFFI_USAGE when both are given and differ
 */
export function namedFile(
  { file: argument }: { file: string | undefined },
  { file: flag }: { file: string | undefined },
): string | undefined {
  const list = (file: string | undefined) => ({ file: file === undefined ? undefined : [file] })
  return listed(list(argument), list(flag))[0]?.[0]
}

function areSame([argument, ...more]: string[], [flag, ...others]: string[]): boolean {
  return more.length + others.length === 0 && resolve(argument ?? '') === resolve(flag ?? '')
}
