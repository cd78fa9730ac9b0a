export { isLogRecord, logRecord, type LogRecord } from './log-record.js'
export { logFolder, makeLogFolder, RunLogs } from './run-logs.js'
