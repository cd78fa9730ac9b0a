export { openViewer, type Viewer, type ViewerOptions } from './viewer.js'
