#!/usr/bin/env node
import { keepCompiled } from '../dist/runtime/core/project/compile-cache.js'

keepCompiled()
const { main } = await import('../dist/cli/main.js')
await main(process.argv.slice(2), import.meta.url)
