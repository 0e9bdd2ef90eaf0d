/** What a strategy may not use, why, and what it uses instead. One table, so that the refusals can be read as a list. */

/** Why something is refused, and what to write instead. */
export interface Rule {
  readonly why: string
  readonly instead: string
}

const CLOCK: Rule = {
  why: 'it reads the clock, and a replay would read another time',
  instead: 'use ctx.time (milliseconds) or the openTime of a candle',
}
const RANDOM: Rule = {
  why: 'it differs from run to run',
  instead: 'keep a seeded generator in ctx.state',
}
const TIMER: Rule = {
  why: 'it runs code outside the order of the tape',
  instead: 'keep the due time in ctx.state and compare it with ctx.time in a handler',
}
const NETWORK: Rule = {
  why: 'it reaches the network, and its answer is not on the tape',
  instead: 'use what ctx and the handlers give',
}
const MACHINE: Rule = {
  why: 'it reaches the machine, which differs between runs',
  instead: 'take settings as params and keep memory in ctx.state',
}
const UNREADABLE: Rule = {
  why: 'it runs code that cannot be read beforehand',
  instead: 'write the code out',
}
const LATE_IMPORT: Rule = {
  why: 'it loads code at run time, which cannot be checked and hashed beforehand',
  instead: 'write import … from … at the top of the file',
}
const LATER: Rule = {
  why: 'a strategy answers at once; what it sees is valid only during the call',
  instead: 'decide in the handler and keep what is needed later in ctx.state',
}
const LANGUAGE: Rule = {
  why: 'it depends on the language and region of the machine',
  instead: 'compare with < and >, and print with String()',
}
const COLLECTOR: Rule = {
  why: 'it shows when memory is collected, which differs from run to run',
  instead: 'keep the value in ctx.state',
}
const SHARED: Rule = {
  why: 'other threads may write to it',
  instead: 'keep memory in ctx.state',
}

/** Refused globals. */
export const GLOBALS: ReadonlyMap<string, Rule> = new Map([
  ['Atomics', SHARED],
  ['Buffer', MACHINE],
  ['Date', CLOCK],
  ['EventSource', NETWORK],
  ['FinalizationRegistry', COLLECTOR],
  ['Function', UNREADABLE],
  ['Intl', LANGUAGE],
  ['Promise', LATER],
  ['SharedArrayBuffer', SHARED],
  ['Temporal', CLOCK],
  ['WeakRef', COLLECTOR],
  ['WebSocket', NETWORK],
  ['Worker', MACHINE],
  ['XMLHttpRequest', NETWORK],
  ['__dirname', MACHINE],
  ['__filename', MACHINE],
  ['crypto', RANDOM],
  ['eval', UNREADABLE],
  ['exports', LATE_IMPORT],
  ['fetch', NETWORK],
  ['global', MACHINE],
  ['globalThis', MACHINE],
  ['module', LATE_IMPORT],
  ['performance', CLOCK],
  ['process', MACHINE],
  ['queueMicrotask', TIMER],
  ['require', LATE_IMPORT],
  ['self', MACHINE],
  ['setImmediate', TIMER],
  ['setInterval', TIMER],
  ['setTimeout', TIMER],
  ['window', MACHINE],
])

/** Refused members of any object, by name. */
export const MEMBERS: ReadonlyMap<string, Rule> = new Map([
  ['localeCompare', LANGUAGE],
  ['toLocaleDateString', LANGUAGE],
  ['toLocaleLowerCase', LANGUAGE],
  ['toLocaleString', LANGUAGE],
  ['toLocaleTimeString', LANGUAGE],
  ['toLocaleUpperCase', LANGUAGE],
])

export const MATH_RANDOM: Rule = RANDOM
export const DYNAMIC_IMPORT: Rule = LATE_IMPORT
export const IMPORT_META: Rule = MACHINE
export const ASYNC: Rule = LATER

export const NODE_MODULE: Rule = MACHINE
export const PACKAGE: Rule = {
  why: 'a package is not read by this check, and not part of what is hashed',
  instead: "import from 'tapewright' and from files of your own",
}
export const MODULE_STATE: Rule = {
  why: 'it would not be stored with the session, so a restart or a replay would decide otherwise; state belongs in ctx.state',
  instead: 'declare it with const if it never changes, else make it part of state: () => ({ … })',
}
export const SHARED_CHANGE: Rule = {
  why: 'what is declared outside the handlers is not stored with the session; state belongs in ctx.state',
  instead: 'make it part of state: () => ({ … }) and change it there',
}
export const LANGUAGE_CHANGE: Rule = {
  why: 'it changes the language for everything else in the process',
  instead: 'write a function of your own',
}
export const UNKNOWN_NAME: Rule = {
  why: 'nothing of this name is declared here, and it is no part of the language that a strategy may use',
  instead: "declare it, or import it from 'tapewright' or a file of your own",
}

/** Globals that depend on nothing but their arguments; `console` prints and returns nothing. */
export const PURE_GLOBALS: ReadonlySet<string> = new Set([
  'AggregateError',
  'Array',
  'ArrayBuffer',
  'BigInt',
  'BigInt64Array',
  'BigUint64Array',
  'Boolean',
  'DataView',
  'Error',
  'EvalError',
  'Float16Array',
  'Float32Array',
  'Float64Array',
  'Infinity',
  'Int16Array',
  'Int32Array',
  'Int8Array',
  'Iterator',
  'JSON',
  'Map',
  'Math',
  'NaN',
  'Number',
  'Object',
  'Proxy',
  'RangeError',
  'ReferenceError',
  'Reflect',
  'RegExp',
  'Set',
  'String',
  'Symbol',
  'SyntaxError',
  'TypeError',
  'URIError',
  'Uint16Array',
  'Uint32Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'WeakMap',
  'WeakSet',
  'console',
  'isFinite',
  'isNaN',
  'parseFloat',
  'parseInt',
  'undefined',
])

/** Methods that change the array, map, set or typed array they are called on. */
export const CHANGING_METHODS: ReadonlySet<string> = new Set([
  'add',
  'clear',
  'copyWithin',
  'delete',
  'fill',
  'pop',
  'push',
  'reverse',
  'set',
  'shift',
  'sort',
  'splice',
  'unshift',
])
