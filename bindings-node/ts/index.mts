/** The same package for `import`: one copy of the code, whatever loads it. */

export * from './index.js';
