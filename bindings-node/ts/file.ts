/** Files to upload. */

import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ArgumentError } from './error.js';
import type { NativeFile } from './native.js';

/** Bytes in memory: a `Buffer` or `Uint8Array`, any other view, an `ArrayBuffer`, a `Blob` or `File`. */
export type FileBytes = ArrayBufferView | ArrayBuffer | Blob;

/** Bytes that are still to come: a Node `Readable`, a web `ReadableStream`, or any other source of binary chunks. */
export type FileStream = AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

/**
 * A file for an operation that takes one: bytes, a stream of them, or an object that names either or a path. At most
 * 10 MiB; of what is larger no more is read than it takes to know. The content type, where it is not given, follows
 * from the file name's ending.
 */
export type FileInput =
  | FileBytes
  | FileStream
  | {
      /** What is in it. */
      data: FileBytes | FileStream;
      /** The name the API is told. Default: that of a `File` or of a file's stream, else the argument's. */
      filename?: string | undefined;
      /** Its media type, such as `image/png`. */
      contentType?: string | undefined;
    }
  | {
      /** Where to read it: a path, or a `file:` URL. */
      path: string | URL;
      /** The name the API is told. Default: the last part of the path. */
      filename?: string | undefined;
      /** Its media type, such as `image/png`. */
      contentType?: string | undefined;
    };

/** What is read of a file, and under which argument. */
interface Reading {
  /** The argument, as the caller calls it. */
  readonly argument: string;
  /** One byte more than a file may have: the core refuses it, by the argument's name. */
  readonly most: number;
}

/** Reads a file for the native module. @internal */
export async function toNativeFile(
  field: string,
  argument: string,
  input: unknown,
  maxBytes: number,
): Promise<NativeFile> {
  const reading = { argument, most: maxBytes + 1 };
  const bytes = await toBytes(reading, input);
  if (bytes !== undefined) return named(field, bytes, nameOf(input), typeOf(input));
  if (typeof input === 'object' && input !== null) {
    const { data, path, filename, contentType } = input as Record<string, unknown>;
    const name = optionalText(argument, 'filename', filename);
    const type = optionalText(argument, 'contentType', contentType);
    const inner = await toBytes(reading, data);
    if (inner !== undefined) return named(field, inner, name ?? nameOf(data), type ?? typeOf(data));
    if (typeof path === 'string' || path instanceof URL) {
      const [place, content] = await readPath(reading, path);
      return named(field, content, name ?? basename(place), type);
    }
  }
  throw refuse(
    argument,
    'must be a file: a Uint8Array, an ArrayBuffer, a Blob, a stream, or an object with `data` or `path`',
  );
}

async function toBytes(reading: Reading, value: unknown): Promise<Uint8Array | undefined> {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value instanceof Blob) return new Uint8Array(await attempt(reading, () => value.slice(0, reading.most).arrayBuffer()));
  if (isStream(value)) return attempt(reading, () => drain(reading, value));
  return undefined;
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** What a stream gives, until there is too much of it; then it is closed. */
async function drain(reading: Reading, stream: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let missing = reading.most;
  for await (const chunk of stream) {
    const bytes = ArrayBuffer.isView(chunk) ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength) : undefined;
    if (bytes === undefined) throw refuse(reading.argument, `must be a stream of bytes, not of ${chunk === null ? 'null' : typeof chunk}s`);
    // Copied, as a source may use its buffer again; and never more than is needed to know.
    chunks.push(bytes.slice(0, missing));
    missing -= bytes.length;
    if (missing <= 0) break;
  }
  return Buffer.concat(chunks);
}

async function readPath(reading: Reading, path: string | URL): Promise<[path: string, content: Uint8Array]> {
  return attempt(reading, async () => {
    const place = typeof path === 'string' ? path : fileURLToPath(path);
    return [place, await drain(reading, createReadStream(place, { end: reading.most - 1 }))];
  });
}

/** What goes wrong while reading is said of the argument. */
async function attempt<T>(reading: Reading, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof ArgumentError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refuse(reading.argument, `cannot be read: ${why}`, cause);
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

/** The name of a `File`, or of the file that a stream reads. */
function nameOf(value: unknown): string | undefined {
  const { name, path } = value as { name?: unknown; path?: unknown };
  const told = value instanceof Blob ? name : isStream(value) && typeof path === 'string' ? basename(path) : undefined;
  return typeof told === 'string' && told !== '' ? told : undefined;
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
