/**
 * Between Node's names and the wire's, by the generated shape tables. Names are changed where a model has them, and
 * nowhere else: what is in metadata, claims and other free-form objects goes and comes verbatim, and a field that no
 * model knows keeps its wire name and its value.
 */

import { inspect } from 'node:util';

import { ArgumentError } from './error.js';
import { camelCase, put } from './names.js';

/** A value that goes and comes as it is. */
export const VERBATIM = 0;
/** Unix milliseconds; a `Date` is accepted in arguments. */
export const TIMESTAMP = 1;
/** RFC 3339 text; a `Date` is accepted in arguments. */
export const DATETIME = 2;
/** A file to upload. */
export const FILE = 3;
/** Text that is a credential: hidden when its model is printed. */
export const SECRET = 4;

/** What a field is: one of the numbers above, or the name of a model or union. Arrays are of what their items are. */
export type Kind = 0 | 1 | 2 | 3 | 4 | (string & {});

/** Wire name → kind, or → [our name in snake_case, kind] where the two names differ. */
export type Fields = Readonly<Record<string, Kind | readonly [name: string, kind: Kind]>>;

/** A union: the property that tells, and its members with what each must have. */
export interface UnionShape {
  readonly tag: string | null;
  readonly members: readonly (readonly [tag: string, model: string, required: readonly string[]])[];
}

/** The generated tables. */
export interface Shapes {
  readonly models: Readonly<Record<string, Fields>>;
  readonly unions: Readonly<Record<string, UnionShape>>;
}

interface Plan {
  /** Wire name → [Node's name, kind]. */
  readonly read: ReadonlyMap<string, readonly [string, Kind]>;
  /** Node's name → [name sent, kind]. */
  readonly write: ReadonlyMap<string, readonly [string, Kind]>;
  /** Node's names of credentials. */
  readonly secrets: readonly string[];
}

type Json = Record<string, unknown>;

/** Reads and writes values by a set of shapes. */
export class Shaper {
  readonly #shapes: Shapes;
  readonly #plans = new Map<string, Plan>();
  /** By model, its fields that hold credentials at whatever depth, in Node's names. */
  readonly #hiding = new Map<string, readonly (readonly [name: string, kind: string])[]>();
  readonly #secretive = new Map<string, boolean>();

  constructor(shapes: Shapes) {
    this.#shapes = shapes;
  }

  /** A value of the wire, in Node's names. The value itself is not changed. */
  read(value: unknown, kind: Kind): unknown {
    if (typeof kind === 'number' || typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.read(item, kind));
    const plan = this.#plan(this.#member(kind, value as Json, (name) => name));
    if (plan === undefined) return value;
    const out: Json = {};
    for (const wire of Object.keys(value)) {
      const inner = (value as Json)[wire];
      const field = plan.read.get(wire);
      if (field === undefined) {
        // A field of ours goes before an unknown one that has its name in Node already.
        if (!Object.hasOwn(out, wire) || !plan.write.has(wire)) put(out, wire, inner);
      } else put(out, field[0], this.read(inner, field[1]));
    }
    return plan.secrets.length === 0 ? out : masked(out, plan.secrets);
  }

  /** The kind of a field of what this object of the wire is; nothing where no model has it. */
  fieldOf(value: object, kind: string, wire: string): Kind | undefined {
    return this.#plan(this.#member(kind, value as Json, (name) => name))?.read.get(wire)?.[1];
  }

  /**
   * What {@link NativeNames} needs to know for items of this kind: all models that they may hold, and what their fields are
   * called. Nothing where {@link hide} could not tell what holds a credential.
   */
  namesOf(kind: string): Json | undefined {
    const models: Json = {};
    const unions: Json = {};
    // A set that grows while it is walked.
    const within = new Set([kind]);
    for (const each of within) {
      for (const held of this.#heldBy(each)) within.add(held);
      const union = Object.hasOwn(this.#shapes.unions, each) ? this.#shapes.unions[each] : undefined;
      if (union !== undefined) {
        if (this.#holdsSecrets(each)) return undefined;
        unions[each] = [union.tag, union.members];
        continue;
      }
      const plan = this.#plan(each);
      if (plan === undefined) continue;
      // A walk goes on after an id, by that name.
      if ((plan.read.get('id')?.[0] ?? 'id') !== 'id') return undefined;
      models[each] = Object.fromEntries([...plan.read].map(([wire, [name, held]]) => [wire, [name, typeof held === 'string' ? held : null]]));
    }
    return { models, unions };
  }

  /** Hides credentials from printing in a value that has Node's names already. */
  hide(value: unknown, kind: string): void {
    if (!this.#holdsSecrets(kind) || typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) this.hide(item, kind);
      return;
    }
    const plan = this.#plan(kind);
    if (plan === undefined) return;
    let hiding = this.#hiding.get(kind);
    if (hiding === undefined) {
      hiding = [...plan.read.values()].flatMap(([name, held]) => (typeof held === 'string' && this.#holdsSecrets(held) ? [[name, held] as const] : []));
      this.#hiding.set(kind, hiding);
    }
    for (const [name, held] of hiding) this.hide((value as Json)[name], held);
    if (plan.secrets.length > 0) masked(value as Json, plan.secrets);
  }

  /** Whether there may be a credential in what is of this kind, at whatever depth. */
  #holdsSecrets(kind: string): boolean {
    let holds = this.#secretive.get(kind);
    if (holds === undefined) {
      // A set that grows while it is walked: everything that can be within.
      const within = new Set([kind]);
      for (const each of within) for (const held of this.#heldBy(each)) within.add(held);
      holds = [...within].some((each) => (this.#plan(each)?.secrets.length ?? 0) > 0);
      this.#secretive.set(kind, holds);
    }
    return holds;
  }

  /** The kinds in the fields of a model, or the members of a union. */
  #heldBy(kind: string): string[] {
    const union = Object.hasOwn(this.#shapes.unions, kind) ? this.#shapes.unions[kind] : undefined;
    if (union !== undefined) return union.members.map((member) => member[1]);
    return [...(this.#plan(kind)?.read.values() ?? [])].flatMap(([, held]) => (typeof held === 'string' ? [held] : []));
  }

  /** Arguments by Node's names, as the core takes them. `undefined` is absent; files are left out. */
  writeArguments(values: object, fields: Fields): Json {
    return this.#writeObject(values as Json, planOf(fields, true), '');
  }

  #write(value: unknown, kind: Kind, path: string): unknown {
    if (Array.isArray(value)) return value.map((item, index) => this.#write(item, kind, `${path}[${index}]`));
    if (value instanceof Date && (kind === TIMESTAMP || kind === DATETIME)) {
      if (Number.isNaN(value.getTime())) throw refuse(path, 'is an invalid Date');
      return kind === TIMESTAMP ? value.getTime() : value.toISOString();
    }
    if (typeof kind === 'string' && typeof value === 'object' && value !== null) {
      const plan = this.#plan(this.#member(kind, value as Json, camelCase));
      if (plan !== undefined) return this.#writeObject(value as Json, plan, path);
    }
    return plain(value, path);
  }

  #writeObject(values: Json, plan: Plan, path: string): Json {
    const out: Json = {};
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) continue;
      const inner = path === '' ? name : `${path}.${name}`;
      const field = plan.write.get(name);
      if (field !== undefined) {
        if (field[1] !== FILE) put(out, field[0], this.#write(value, field[1], inner));
        continue;
      }
      // A name that only the wire has is as unknown here as any other; the core would take it for its own.
      const known = plan.read.get(name);
      if (known !== undefined) throw refuse(inner, `is not an argument; did you mean \`${known[0]}\`?`);
      put(out, name, plain(value, inner));
    }
    return out;
  }

  /** The model that an object of this kind is, or nothing where a union does not tell. */
  #member(kind: string, value: Json, name: (wire: string) => string): string | undefined {
    const union = Object.hasOwn(this.#shapes.unions, kind) ? this.#shapes.unions[kind] : undefined;
    if (union === undefined) return kind;
    const tag = union.tag === null ? undefined : value[name(union.tag)];
    if (tag !== undefined && tag !== null) return union.members.find((member) => member[0] === tag)?.[1];
    return union.members.find((member) => member[2].every((wire) => value[name(wire)] !== undefined))?.[1];
  }

  #plan(model: string | undefined): Plan | undefined {
    if (model === undefined) return undefined;
    let plan = this.#plans.get(model);
    if (plan === undefined && Object.hasOwn(this.#shapes.models, model)) {
      plan = planOf(this.#shapes.models[model] ?? {}, false);
      this.#plans.set(model, plan);
    }
    return plan;
  }
}

/** Arguments are named to the core by our names, fields of models by the wire's. */
function planOf(fields: Fields, ours: boolean): Plan {
  const read = new Map<string, readonly [string, Kind]>();
  const write = new Map<string, readonly [string, Kind]>();
  const secrets: string[] = [];
  for (const [wire, entry] of Object.entries(fields)) {
    const [name, kind] = typeof entry === 'object' ? entry : [wire, entry];
    const node = camelCase(name);
    read.set(wire, [node, kind]);
    write.set(node, [ours ? name : wire, kind]);
    if (kind === SECRET) secrets.push(node);
  }
  return { read, write, secrets };
}

/** Refuses what JSON would drop or change in silence. */
function plain(value: unknown, path: string): unknown {
  switch (typeof value) {
    case 'number':
      if (!Number.isFinite(value)) throw refuse(path, `must be a finite number, not ${value}`);
      return value;
    case 'bigint':
      if (!Number.isSafeInteger(Number(value))) throw refuse(path, 'is a bigint that no JSON number can hold');
      return Number(value);
    case 'function':
    case 'symbol':
      throw refuse(path, `must be a JSON value, not a ${typeof value}`);
    default:
      return value;
  }
}

function masked(model: Json, secrets: readonly string[]): Json {
  // Not enumerable, so that the model stays a plain object to JSON.stringify, spread and deepEqual.
  Object.defineProperty(model, inspect.custom, {
    value(this: Json) {
      const shown: Json = { ...this };
      for (const name of secrets) if (shown[name] !== undefined && shown[name] !== null) shown[name] = '[secret]';
      return shown;
    },
  });
  return model;
}

function refuse(path: string, what: string): ArgumentError {
  return new ArgumentError({ kind: 'argument', argument: path, message: `\`${path}\` ${what}` });
}
