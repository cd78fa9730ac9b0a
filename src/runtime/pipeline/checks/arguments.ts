import { count } from '../../core/text/count.js'
import type { Arity } from '../../core/plan/plan.js'
import type { Path } from '../diagnose/key-path.js'
import { shownFrom } from '../read/file-paths.js'
import type { CheckContext } from './check-context.js'

/** Checks the number of arguments that a call gives its callback. */
export function checkArguments(name: string, args: unknown[], path: Path, context: CheckContext): void {
  const problem = arityProblem(name, args.length, context)
  if (problem === undefined) return
  const message = `${problem}, not ${args.length}`
  context.diagnostics.add({ code: 'DAFFI_ARGUMENT_COUNT', message, path })
}

/** Checks that a streamed callback takes exactly one argument, the item. */
export function checkStreamArguments(name: string, path: Path, context: CheckContext): void {
  const problem = arityProblem(name, 1, context)
  if (problem === undefined) return
  const message = `${problem}; STREAM gives it one, the item`
  context.diagnostics.add({ code: 'DAFFI_STREAM_ARITY', message, path })
}

function arityProblem(name: string, number: number, { callbacks, folder }: CheckContext): string | undefined {
  const callback = callbacks?.found.get(name)
  if (!callback || accepts(callback.arity, number)) return undefined
  const where = `${callback.name} (${shownFrom(folder, callback.file)}:${callback.line})`
  return `${where} takes ${describe(callback.arity)}`
}

function accepts({ min, max }: Arity, number: number): boolean {
  return number >= (min ?? 0) && number <= (max ?? Infinity)
}

function describe({ min, max }: Arity): string {
  if (max === null) return `at least ${count(min ?? 0, 'argument')}`
  return min === max ? count(max, 'argument') : `${min ?? 0} to ${count(max, 'argument')}`
}
