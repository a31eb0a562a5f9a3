import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

export interface Schema {
  [key: string]: unknown;
}
export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: Schema;
}
export interface Operation {
  method: string;
  path: string;
  scope: string;
  parameters: Parameter[];
  body: Schema | null;
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}
export interface Answered {
  status: number;
  contentType: string | null;
  text: string;
}

interface Described {
  paths: Record<string, Record<string, { 'x-scope': string; parameters?: Parameter[]; requestBody?: { content: Record<string, { schema: Schema }> }; responses: Operation['responses'] }>>;
}

/** The API as it describes itself: its operations, and a judge of answers. */
export class ApiDocument {
  readonly operations: Operation[];
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(readonly document: object) {
    (formats as unknown as (ajv: Ajv2020) => void)(this.ajv);
    this.ajv.addSchema({ $id: 'http://api/', ...document });
    this.operations = Object.entries((document as Described).paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(), path, scope: operation['x-scope'], parameters: operation.parameters ?? [],
        body: operation.requestBody?.content['application/json']?.schema ?? null, responses: operation.responses,
      })),
    );
  }

  /** A schema with its references followed one step. */
  resolve(schema: Schema): Schema {
    const reference = schema['$ref'] as string | undefined;
    if (!reference) return schema;
    return reference.split('/').slice(1).reduce<unknown>((value, part) => (value as Schema)[unescape(part)], this.document) as Schema;
  }

  /** What of an answer the document does not allow; nothing when it keeps to it. */
  violations({ method, path, responses }: Operation, { status, contentType, text }: Answered): string[] {
    if (status >= 500) return [`${status}`];
    const described = responses[String(status)];
    if (!described) return [`${status} is not described: ${text.slice(0, 200)}`];
    const type = contentType?.split(';')[0] ?? '';
    const described_types = Object.keys(described.content ?? {}).map((name) => name.split(';')[0]);
    if (described_types.length === 0) return text === '' ? [] : [`a body with ${status}`];
    if (!described_types.includes(type)) return [`${type} is not described for ${status}`];
    if (!type.endsWith('json')) return [];
    const name = Object.keys(described.content!).find((key) => key.startsWith(type))!;
    const validate = this.validator(`#/paths/${escape(path)}/${method.toLowerCase()}/responses/${status}/content/${escape(name)}/schema`);
    return validate(JSON.parse(text)) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${status} ${instancePath} ${message}`);
  }

  /** Whether a value is what a place in the document asks for. */
  accepts(pointer: string, value: unknown): boolean {
    return this.validator(pointer)(value);
  }

  private validator(pointer: string): ValidateFunction {
    const known = this.validators.get(pointer);
    if (known) return known;
    const made = this.ajv.compile({ $ref: `http://api/${encodeURI(pointer)}` });
    this.validators.set(pointer, made);
    return made;
  }
}

const escape = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');
const unescape = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');
