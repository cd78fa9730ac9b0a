import { DaffiError } from '../../runtime/core/errors.js'
import { isToken } from '../../runtime/core/names.js'
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
  const { isCancel, select, text } = await import('@clack/prompts')
  const answered = <T>(answer: T): Exclude<T, symbol> => {
    if (!isCancel(answer)) return answer as Exclude<T, symbol>
    // A prompt reads Ctrl-C as a key, so no signal came with it.
    if (!signal.aborted) process.emit('SIGINT')
    throw new DaffiError('DAFFI_ABORTED', 'broken off, and nothing was written')
  }
  const validate = (value = ''): string | undefined =>
    isToken(value || name) ? undefined : 'Use letters, digits, _ and - only.'
  return {
    ...rest,
    name: named
      ? name
      : answered(
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
        await select({ message: 'What does the pipeline stream?', options: [CAMERA, VALUES], signal }),
      ),
  }
}
