// Shows that the TypeScript declarations of the built package have every operation with all of its parameters.
//
// `typescript_surface.mjs MANIFEST`: the manifest is the catalogue in few words (`cargo xtask spec` writes it). It is
// compared with what TypeScript's own checker makes of a client's type: the declarations, not the sources.

import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { API, SignatureKind, SymbolFlags } from 'typescript/unstable/sync';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const DECLARATIONS = join(ROOT, 'bindings-node/dist/index.d.ts');

const camel = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());

const { operations } = JSON.parse(readFileSync(resolve(process.argv[2]), 'utf8'));
const faults = [];
const api = new API({ cwd: ROOT });
const { project, checker } = open();
const client = declared('Clerk');
const resources = methodsByResource();

let whole = 0;
let right = 0;
for (const { name, node, params } of operations) {
  const before = faults.length;
  right += check(name, node, params);
  whole += faults.length === before;
}
for (const [resource, methods] of resources) {
  for (const method of methods.keys()) faults.push(`${resource}.${method}: not in the catalogue`);
}
api.close();

const total = operations.reduce((sum, { params }) => sum + params.length, 0);
for (const fault of faults) console.log(`typescript: ${fault}`);
console.log(`typescript: ${whole} of ${operations.length} operations, ${right} of ${total} parameters (in the declarations)`);
process.exitCode = faults.length === 0 && whole === operations.length && right === total ? 0 : 1;

/** A project with the declarations in it: that of nobody, as they stand outside every tsconfig. */
function open() {
  const snapshot = api.updateSnapshot({ openFiles: [DECLARATIONS] });
  const found = snapshot.getDefaultProjectForFile(DECLARATIONS);
  const errors = found.program.getSemanticDiagnostics(DECLARATIONS);
  for (const error of errors) faults.push(`index.d.ts: ${error.text}`);
  return { project: found, checker: found.checker };
}

/** The type of an instance of a class that the package exports. */
function declared(name) {
  const module = checker.getSymbolAtLocation(project.program.getSourceFile(DECLARATIONS));
  const found = checker.getExportsOfModule(module).find((one) => one.name === name);
  if (found === undefined) throw new Error(`the package exports no ${name}`);
  return checker.getDeclaredTypeOfSymbol(found.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found);
}

/** The methods of every resource of a client, by their names. */
function methodsByResource() {
  const found = new Map();
  for (const symbol of checker.getPropertiesOfType(client)) {
    const type = checker.getTypeOfSymbol(symbol);
    if (!type.getSymbol()?.name.endsWith('Resource')) continue;
    const methods = checker.getPropertiesOfType(type).filter((one) => one.flags & SymbolFlags.Method);
    found.set(symbol.name, new Map(methods.map((one) => [one.name, one])));
  }
  return found;
}

/** Compares an operation; the number of parameters that are as they should be. */
function check(name, node, params) {
  const methods = resources.get(camel(name.split('.')[0]));
  const method = methods?.get(node);
  if (method === undefined) {
    faults.push(`${name}: there is no ${node}`);
    return 0;
  }
  methods.delete(node);
  const signatures = checker.getSignaturesOfType(checker.getTypeOfSymbol(method), SignatureKind.Call);
  if (signatures.length !== 1) faults.push(`${name}: ${signatures.length} signatures`);
  const given = signatures[0].getParameters();
  const byPlace = params.filter((one) => one.in === 'path' || one.in === 'array');
  const byName = params.filter((one) => one.in !== 'path' && one.in !== 'array');
  const wanted = byPlace.map((one) => [camel(one.name), !one.required]);
  if (byName.length > 0) wanted.push(['params', byName.every((one) => !one.required)]);
  wanted.push(['options', true]);
  const names = given.map((one) => [one.name, optional(one)]);
  if (JSON.stringify(names) !== JSON.stringify(wanted)) {
    faults.push(`${name}: takes ${JSON.stringify(names)}, not ${JSON.stringify(wanted)} ([name, whether optional])`);
    return 0;
  }
  return byPlace.length + checkFields(name, given[byPlace.length], byName);
}

function checkFields(name, parameter, params) {
  if (params.length === 0) return 0;
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
  const fields = new Map(checker.getPropertiesOfType(type).map((one) => [one.name, one]));
  let count = 0;
  for (const { name: own, required } of params) {
    const field = fields.get(camel(own));
    fields.delete(camel(own));
    if (field === undefined) faults.push(`${name}: no field ${camel(own)}`);
    else if (optional(field) === required) faults.push(`${name}: ${camel(own)} should ${required ? 'not ' : ''}be optional`);
    else count += 1;
  }
  for (const extra of fields.keys()) faults.push(`${name}: ${extra} is not in the catalogue`);
  return count;
}

function optional(symbol) {
  if (symbol.flags & SymbolFlags.Optional) return true;
  const node = symbol.valueDeclaration?.resolve(project);
  return node?.questionToken !== undefined || node?.initializer !== undefined;
}
