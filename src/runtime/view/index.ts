export { openMetrics, type MetricsAddress } from './metrics-server.js'
export { openViewer, type Viewer, type ViewerOptions } from './viewer.js'
