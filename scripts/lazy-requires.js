/**
 * Loads what oclif's modules require when they use it, and not before: most of it is for help, plugins and a missing manifest.
 * TypeScript has named these modules `…_1`. Where it would write otherwise, they are loaded at once.
 * @type {import('rolldown').Plugin}
 */
export const lazyRequires = {
  name: 'lazy-requires',
  transform: {
    filter: { id: /[\\/]node_modules[\\/]@oclif[\\/]core[\\/].*\.js$/ },
    handler(code) {
      /** @type {Map<string, string>} */
      const modules = new Map()
      const rest = code.replace(DECLARATION, (_, name, required) => {
        modules.set(name, `(${required})`)
        return ''
      })
      return { code: rest.replace(NAME, (name) => modules.get(name) ?? name), map: null }
    },
  },
}

const DECLARATION = /^const (\w+_1) = ((?:__import\w+\()?require\("[^"]+"\)\)?);$/gm
const NAME = /\b\w+_1\b/g
