/** All that is loaded at once, as one file: see `../bundle.mjs`. @internal */

export * as index from './index.js';
export * as testing from './testing.js';
