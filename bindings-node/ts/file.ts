/** Files to upload. */

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import { ArgumentError } from './error.js';
import type { NativeFile } from './native.js';

/** Bytes in memory. */
export type FileBytes = Uint8Array | ArrayBuffer | Blob;

/**
 * A file for an operation that takes one: bytes, a `Blob` or `File`, or an object that names them or a path. At most
 * 10 MiB. The content type, where it is not given, follows from the file name's ending.
 */
export type FileInput =
  | FileBytes
  | {
      /** What is in it. */
      data: FileBytes;
      /** The name the API is told. Default: the name of a `File`, else the argument's name. */
      filename?: string | undefined;
      /** Its media type, such as `image/png`. */
      contentType?: string | undefined;
    }
  | {
      /** Where to read it. */
      path: string;
      /** The name the API is told. Default: the last part of the path. */
      filename?: string | undefined;
      /** Its media type, such as `image/png`. */
      contentType?: string | undefined;
    };

/** Reads a file for the native module. @internal */
export async function toNativeFile(field: string, argument: string, input: unknown): Promise<NativeFile> {
  const bytes = await toBytes(input);
  if (bytes !== undefined) return named(field, bytes, nameOf(input), typeOf(input));
  if (typeof input === 'object' && input !== null) {
    const { data, path, filename, contentType } = input as Record<string, unknown>;
    const name = optionalText(argument, 'filename', filename);
    const type = optionalText(argument, 'contentType', contentType);
    const inner = await toBytes(data);
    if (inner !== undefined) return named(field, inner, name ?? nameOf(data), type ?? typeOf(data));
    if (typeof path === 'string') return named(field, await read(argument, path), name ?? basename(path), type);
  }
  throw refuse(argument, 'must be a file: a Uint8Array, an ArrayBuffer, a Blob, or an object with `data` or `path`');
}

async function toBytes(value: unknown): Promise<Uint8Array | undefined> {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value instanceof Blob) return new Uint8Array(await value.arrayBuffer());
  return undefined;
}

async function read(argument: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refuse(argument, `cannot be read: ${why}`, cause);
  }
}

function named(field: string, data: Uint8Array, filename?: string, contentType?: string): NativeFile {
  return {
    field,
    data,
    ...(filename === undefined ? {} : { filename }),
    ...(contentType === undefined ? {} : { contentType }),
  };
}

function nameOf(value: unknown): string | undefined {
  const name = value instanceof Blob ? (value as { name?: unknown }).name : undefined;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

function typeOf(value: unknown): string | undefined {
  return value instanceof Blob && value.type !== '' ? value.type : undefined;
}

function optionalText(argument: string, name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw refuse(`${argument}.${name}`, 'must be a string');
}

function refuse(argument: string, what: string, cause?: unknown): ArgumentError {
  const options = cause === undefined ? undefined : { cause };
  return new ArgumentError({ kind: 'argument', argument, message: `\`${argument}\` ${what}` }, options);
}
