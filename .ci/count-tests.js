// Prints how many tests passed and failed by vitest's JSON report; a test file that could not be loaded, and a skipped
// test, count as failed.
import { readFileSync } from 'node:fs'

const { numPassedTests, numTotalTests, testResults } = JSON.parse(
  readFileSync(process.argv[2], 'utf8') || '{"numPassedTests":0,"numTotalTests":0,"testResults":[]}',
)
const unloaded = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
)
console.log(numPassedTests, numTotalTests - numPassedTests + unloaded.length)
