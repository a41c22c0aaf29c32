/**
 * One name, two case conventions: Node's camelCase and the snake_case of the core and of the wire.
 */

const SNAKE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/;

/** `created_at` → `createdAt`. What is not snake_case is left as it is. */
export function camelCase(name: string): string {
  if (!SNAKE.test(name)) return name;
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** A path into an argument, as the core names it, in Node's names: `invitations[2].email_address`. */
export function camelPath(path: string): string {
  return path.replace(/[A-Za-z0-9_]+/g, camelCase);
}

/** A message of the core, with the names in its backticks in Node's convention. */
export function camelMessage(message: string): string {
  return message.replace(/`([^`]+)`/g, (_, path: string) => `\`${camelPath(path)}\``);
}

/** Sets a property of a plain object, and nothing else: `__proto__` is a name like any other. */
export function put(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[name] = value;
  }
}
