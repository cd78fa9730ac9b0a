export { FilesWatch } from './files-watch.js'
export { watchPipeline } from './watch-pipeline.js'
export { WatchedPipeline } from './watched-pipeline.js'
