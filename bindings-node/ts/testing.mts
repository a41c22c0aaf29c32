/** The same module for `import`: one copy of the code, whatever loads it. */

export * from './testing.js';
