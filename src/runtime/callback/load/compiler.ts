import type { Jiti, JitiOptions } from 'jiti'
import { typescriptDecorators } from './typescript-decorators.js'

/**
 * Returns jiti's own compiler with what it lacks for decorators.
 * @param plain makes a jiti that keeps nothing
 */
export function compiler(plain: () => Jiti): NonNullable<JitiOptions['transform']> {
  let opened: Jiti | undefined
  return (options) => {
    const { filename = '', babel, ts = false } = options
    const plugins = [typescriptDecorators(filename, ts)]
    return { code: (opened ??= plain()).transform({ ...options, babel: { ...babel, plugins } }) }
  }
}
