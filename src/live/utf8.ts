/** UTF-8 for asynchronous code; the codec itself is pure and lives in the core. */
export { decodeUtf8, encodeUtf8 } from '../core/utf8.ts'
