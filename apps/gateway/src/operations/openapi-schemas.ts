import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

/** JSON Schema 2020-12, as far as it is looked into here. */
export interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  [key: string]: unknown;
}

export interface SchemaCollector {
  /** what a caller sends */
  input(schema: z.ZodType): JsonSchema;
  /** what a caller gets */
  output(schema: z.ZodType): JsonSchema;
  /** the named schemas met so far, for `components` */
  all(): Record<string, JsonSchema>;
}

/** Turns Zod schemas into JSON Schema; those that bear a name are put together in one place and referred to. */
export function schemaCollector(): SchemaCollector {
  const named: Record<string, JsonSchema> = {};
  const convert = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema => {
    const converted = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema;
    const { $schema: _, $defs = {}, ...rest } = moved(converted, converted.$defs ?? {}) as JsonSchema;
    for (const [name, definition] of Object.entries($defs)) keep(named, nameOf(name, converted.$defs!), definition);
    return rest;
  };
  return { input: (schema) => convert(schema, 'input'), output: (schema) => open(convert(schema, 'output')), all: () => open(named) };
}

function keep(named: Record<string, JsonSchema>, name: string, definition: JsonSchema): void {
  if (named[name] && !isDeepStrictEqual(named[name], definition)) throw new Error(`two schemas are named ${name}`);
  named[name] = definition;
}

/** Zod numbers what refers to itself and has no name: here that is only "any JSON". */
function nameOf(name: string, definitions: Record<string, JsonSchema>): string {
  if (!name.startsWith('__schema')) return name;
  if ((definitions[name]!['anyOf'] as unknown[] | undefined)?.length !== 6) throw new Error('a schema refers to itself and has no name');
  return 'Json';
}

/** References point into the document's components. */
function moved(value: unknown, definitions: Record<string, JsonSchema>): unknown {
  if (Array.isArray(value)) return value.map((item) => moved(item, definitions));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key !== '$ref') return [key, moved(item, definitions)];
      return [key, `#/components/schemas/${nameOf((item as string).slice('#/$defs/'.length), definitions)}`];
    }),
  );
}

/** Answers may grow: a caller must not refuse a field that it does not know. */
function open<T>(value: T): T {
  if (Array.isArray(value)) return value.map(open) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, item]) => !(key === 'additionalProperties' && item === false));
  return Object.fromEntries(entries.map(([key, item]) => [key, open(item)])) as T;
}
