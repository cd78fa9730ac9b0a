import { afterAll } from 'vitest'
import { endFile } from './file-end.js'

// Run before each test file, also of those that share a process and its modules.
afterAll(endFile)
