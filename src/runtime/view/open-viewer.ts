import type { openViewer as Open } from './viewer.js'

/** Opens the viewer, whose libraries are loaded for it: most commands have none. */
export const openViewer: typeof Open = async (...args) => {
  const { openViewer: open } = await import('./viewer.js')
  return open(...args)
}
