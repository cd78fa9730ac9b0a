import type { openMetrics as OpenMetrics } from './metrics-server.js'
import type { prepareViewer as PrepareViewer } from './prepare-viewer.js'
import type { openViewer as OpenViewer } from './viewer.js'

/** Opens the viewer, whose libraries are loaded for it: most commands have none. */
export const openViewer: typeof OpenViewer = async (...args) => {
  const { openViewer: open } = await import('./viewer.js')
  return open(...args)
}

/** Reads and checks what a viewer needs. */
export const prepareViewer: typeof PrepareViewer = async (...args) => {
  const { prepareViewer: prepare } = await import('./prepare-viewer.js')
  return prepare(...args)
}

/** Serves metrics and probes, whose libraries are loaded for them, too. */
export const openMetrics: typeof OpenMetrics = async (...args) => {
  const { openMetrics: open } = await import('./metrics-server.js')
  return open(...args)
}
