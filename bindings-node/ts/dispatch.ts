/** From a typed method of a resource to the one door of the core, and back. */

import type { Listing } from './ahead.js';
import { Call, RawResponse, settleCall, undecodable, type Ends } from './call.js';
import { native } from './error.js';
import { toNativeFile } from './file.js';
import type { Hooks } from './hooks.js';
import { Identities } from './identity.js';
import { Items } from './items.js';
import { late } from './late.js';
import { camelCase } from './names.js';
import type { NativeAtOnce, NativeCanceller, NativeClient, NativeFile, NativeModule, NativeNames } from './native.js';
import { CALL_NAMES, toOptionsJson, type CallOptions } from './options.js';
import { Pager } from './page.js';
import { FILE, Shaper, type Fields } from './shape.js';
import type { Transport } from './transport.js';
import { Verifier } from './verifier.js';

/** What an operation takes and answers. */
export type OperationShape = {
  /** The parameters of its path, in the core's names and the path's order. */
  readonly path: readonly string[];
  /** What it takes by name. */
  readonly fields: Fields;
  /** Whether the only one of these is the whole body, an array, and passed by place. */
  readonly array?: true;
} & (
  | { readonly answer: 'none' | 'text' }
  | { readonly answer: 'model'; readonly of: string }
  | { readonly answer: 'list'; readonly of: string; readonly data?: string }
);

type ListShape = OperationShape & { answer: 'list' };

let made: Shaper | undefined;

/** Reads and writes by the shapes of the API. @internal */
export function shaper(): Shaper {
  return (made ??= new Shaper(late().SHAPES));
}

/** What is needed to make a call. @internal */
export class Dispatch {
  readonly module: NativeModule;
  readonly client: NativeClient;
  readonly hooks: Hooks;
  readonly transport: Transport | undefined;
  readonly identities: Identities;
  readonly verifyToken: NativeAtOnce[0];
  readonly authenticateRequest: NativeAtOnce[1];
  #verifier: Verifier | undefined;

  constructor(module: NativeModule, client: NativeClient, hooks: Hooks, transport: Transport | undefined) {
    this.module = module;
    this.client = client;
    this.hooks = hooks;
    this.transport = transport;
    this.identities = new Identities(client.remembersTokens());
    [this.verifyToken, this.authenticateRequest] = client.atOnce();
  }

  /** What verifies webhooks with the client's secret; an error if it has none. */
  verifier(): Verifier {
    return (this.#verifier ??= new Verifier(this.client.webhook()));
  }

  /** Sends an operation at once. */
  call<T>(operation: string, path: readonly unknown[], params: object | undefined, options?: CallOptions): Call<T> {
    const shape = shapeOf(operation);
    return new Call<T>(
      this.#send(operation, () => this.#arguments(shape, path, params), shape.fields, params, options),
      (response) => readAnswer(operation, shape, response) as T,
    );
  }

  /** A listing that is sent when it is wanted. */
  list<T>(operation: string, path: readonly unknown[], params: object | undefined, options?: CallOptions): Pager<T> {
    const shape = shapeOf(operation) as ListShape;
    return new Pager<T>(
      (walkJson) => this.module.NativeWalk.start(operation, this.#arguments(shape, path, params), walkJson),
      (argumentsJson) => {
        const canceller = new this.module.NativeCanceller();
        const answer = this.#send(operation, () => argumentsJson, {}, undefined, options, canceller, namesOf(this.module, operation, shape)).then((response) => ({
          listing: readListing<T>(operation, shape, response),
          response,
        }));
        answer.catch(() => undefined);
        return { answer, cancel: () => canceller.cancel() };
      },
    );
  }

  async #send(
    operation: string,
    argumentsJson: () => string,
    fields: Fields,
    params: object | undefined,
    options: CallOptions | undefined,
    canceller?: NativeCanceller,
    names: NativeNames | null = null,
  ): Promise<RawResponse> {
    const json = argumentsJson();
    const optionsJson = toOptionsJson(options, CALL_NAMES, ['signal']);
    const files = await readFiles(this.module, fields, params);
    return settleCall(
      this,
      options?.signal,
      (given, recorder) => native(() => this.client.call(operation, json, files, optionsJson, given, recorder, names)),
      canceller,
    );
  }

  #arguments(shape: OperationShape, path: readonly unknown[], params: object | undefined): string {
    const values = params === undefined || params === null ? {} : shaper().writeArguments(params, shape.fields);
    shape.path.forEach((name, index) => {
      if (path[index] !== undefined) values[name] = path[index];
    });
    return JSON.stringify(values);
  }
}

function shapeOf(operation: string): OperationShape {
  const shape = late().OPERATIONS[operation];
  if (shape === undefined) throw new TypeError(`there is no operation ${operation}`);
  return shape;
}

async function readFiles(module: NativeModule, fields: Fields, params: object | undefined): Promise<NativeFile[]> {
  const files: NativeFile[] = [];
  for (const [name, kind] of Object.entries(fields)) {
    if (kind !== FILE) continue;
    const argument = camelCase(name);
    const value = (params as Record<string, unknown> | undefined)?.[argument];
    if (value !== undefined) files.push(await toNativeFile(name, argument, value, module.maxFileBytes()));
  }
  return files;
}

function readAnswer(operation: string, shape: OperationShape, response: RawResponse): unknown {
  switch (shape.answer) {
    case 'none':
      return undefined;
    case 'text':
      return response.text();
    case 'model': {
      const value = response.json();
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(operation, response, 'an object', value);
      return shaper().read(value, shape.of);
    }
    case 'list':
      return readListing(operation, shape, response).items.all();
  }
}

/** Both shapes of a listing: a bare array, and an object with an array and a total. One without any has no items. */
function readListing<T>(operation: string, shape: ListShape, response: RawResponse): Listing<T> {
  const named = response.takeNamed();
  if (named !== undefined) {
    const items = new Items((part) => {
      const read = JSON.parse(part) as T[];
      shaper().hide(read, shape.of);
      return read;
    }, named.items);
    const total = totalOf((JSON.parse(named.beside) as Record<string, unknown>)['total_count']);
    return { items, totalCount: total, ...(named.ends ?? endsOf(items.all())) };
  }
  const value = response.json();
  const items = itemsOf(value, shape.data ?? 'data');
  if (items === undefined) throw wrong(operation, response, 'a listing', value);
  const total = Array.isArray(value) ? null : (value as Record<string, unknown>)['total_count'];
  return { items: Items.of(shaper().read(items, shape.of) as T[]), totalCount: totalOf(total), ...endsOf(items) };
}

function totalOf(total: unknown): number | null {
  return Number.isInteger(total) ? (total as number) : null;
}

function endsOf(items: unknown[]): Ends {
  return { count: items.length, first: idOf(items[0]), last: idOf(items[items.length - 1]) };
}

const NAMES = new Map<string, NativeNames | null>();

/** The names of what an operation lists, made when they are first needed; null where they have to be given here. */
function namesOf(module: NativeModule, operation: string, shape: ListShape): NativeNames | null {
  let names = NAMES.get(operation);
  if (names === undefined) {
    const told = shaper().namesOf(shape.of);
    names = told === undefined ? null : new module.NativeNames(JSON.stringify({ ...told, kind: shape.of, data: shape.data ?? 'data' }));
    NAMES.set(operation, names);
  }
  return names;
}

function itemsOf(value: unknown, name: string): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const object = value as Record<string, unknown>;
  const items = Array.isArray(object[name]) ? object[name] : object['data'];
  return Array.isArray(items) ? items : [];
}

function idOf(item: unknown): string | null {
  const id = typeof item === 'object' && item !== null ? (item as Record<string, unknown>)['id'] : null;
  return typeof id === 'string' ? id : null;
}

function wrong(operation: string, response: RawResponse, expected: string, value: unknown): Error {
  const got = value === undefined ? 'nothing' : value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
  return undecodable(response, `the answer to ${operation} is not what it should be: expected ${expected}, got ${got.replace('a object', 'an object')}`);
}
