#!/usr/bin/env node
// Builds when a source has changed, then runs the command. Nodes are processes and threads that start from files of the
// build, so running the sources as they are would need a loader in each.
import '../scripts/build.js'

await import('./run.js')
