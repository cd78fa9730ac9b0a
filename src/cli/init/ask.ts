import { DaffiError } from '../../runtime/core/errors.js'
import { isToken } from '../../runtime/core/names.js'
import type { Addition } from './additions.js'
import type { NewProject, Starter } from './new-project.js'

const CAMERA = {
  value: 'camera' as Starter,
  label: 'a camera',
  hint: 'a test pattern until you name a device',
}
const VALUES = { value: 'values' as Starter, label: 'values', hint: 'from a generator of your own' }

/**
 * Asks on the terminal for everything that the command line leaves open.
 * @throws DaffiError DAFFI_ABORTED when the user breaks off
 */
export async function askFor(
  { name, source, ...rest }: Pick<NewProject, 'folder' | 'name'> & { source: Starter | undefined },
  { named, signal }: { named: boolean; signal: AbortSignal },
): Promise<NewProject> {
  const { select, text } = await import('@clack/prompts')
  const validate = (value = ''): string | undefined =>
    isToken(value || name) ? undefined : 'Use letters, digits, _ and - only.'
  return {
    ...rest,
    name: named
      ? name
      : answered(
          signal,
          await text({
            message: 'Name of the pipeline',
            placeholder: name,
            defaultValue: name,
            validate,
            signal,
          }),
        ),
    source:
      source ??
      answered(
        signal,
        await select({ message: 'What does the pipeline stream?', options: [CAMERA, VALUES], signal }),
      ),
  }
}

/**
 * Asks whether files that are there may get what they lack.
 * @throws DaffiError DAFFI_ABORTED when they may not, or the user breaks off
 */
export async function confirmAdditions(additions: Addition[], signal: AbortSignal): Promise<void> {
  const { confirm } = await import('@clack/prompts')
  const all = additions.map(({ file, added }) => `${added.join(', ')} to ${file}`).join('; ')
  if (answered(signal, await confirm({ message: `Add ${all}?`, signal }))) return
  throw new DaffiError('DAFFI_ABORTED', 'nothing was written')
}

function answered<T>(signal: AbortSignal, answer: T): Exclude<T, symbol> {
  // A prompt gives a symbol when the user breaks off.
  if (typeof answer !== 'symbol') return answer as Exclude<T, symbol>
  // A prompt reads Ctrl-C as a key, so no signal came with it.
  if (!signal.aborted) process.emit('SIGINT')
  throw new DaffiError('DAFFI_ABORTED', 'broken off, and nothing was written')
}
