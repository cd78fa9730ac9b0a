// Prints how many tests passed and failed by vitest's JSON report; a test file that could not be loaded, and a skipped
// test, count as failed. Then the tests that passed only when they were run again, each with why it had failed.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

const { numPassedTests, numTotalTests, testResults } = JSON.parse(
  readFileSync(process.argv[2], 'utf8') || '{"numPassedTests":0,"numTotalTests":0,"testResults":[]}',
)
const unloaded = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
)
console.log(numPassedTests, numTotalTests - numPassedTests + unloaded.length)
for (const { name, assertionResults } of testResults)
  for (const { status, fullName, failureMessages } of assertionResults)
    if (status === 'passed' && failureMessages.length > 0)
      console.log(`${relative('', name)} > ${fullName}: ${failureMessages[0].split('\n', 3).join(' ')}`)
