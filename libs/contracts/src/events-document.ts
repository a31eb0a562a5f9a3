import { z } from 'zod';
import { HOST_EVENTS, type EventDefinition } from './events.js';

const INTRODUCTION = `# Events for hosts

<!-- Written by \`npm run docs\` from libs/contracts/src/events.ts. -->

Facts that the rooms tell, on the JetStream stream \`REFERRALS\` (kept 14 days), subject \`events.<type>\`, and to webhook endpoints
(\`POST /v1/webhook-endpoints\`) as the body of the message. [\`examples/consumer.mjs\`](../examples/consumer.mjs) reads the stream in ten lines.

- **At least once.** The same event may come again; its \`id\` stays, and is the message id in the stream and the \`webhook-id\` over HTTP.
- **The stream is a copy.** What a single broker loses with its disk or its power is told again to the rooms, and so to webhooks, but a service that had not read it yet does not see it in
  the stream: whoever must miss nothing then takes webhooks, or runs a broker of three servers.
- **In any order.** \`sequence\` counts what a room tells of one \`aggregateId\`: of two \`referral.*\` events of a referral, or two \`bonus.*\` of a bonus, the higher is the later one.
- **Growing.** Fields are added and never renamed or taken away; another meaning gets another \`version\`. Ignore what you do not know.
- **Signed over HTTP** by [Standard Webhooks](https://www.standardwebhooks.com): verify with its library, answer with 2xx within 5 s. Redirects are not
  followed. Attempts go on for three days; \`POST /v1/webhook-deliveries/{id}/resend\` sends once more.
- **Sealed boxes** (\`context\`, \`sealedEmail\`) open for nobody but the fraud room; over webhooks they are null.

## Every event

`;

/** `docs/events.md`: every event of hosts with the JSON Schema of its data. */
export function eventsDocument(kinds: readonly EventDefinition[] = HOST_EVENTS): string {
  const sorted = [...kinds].sort((a, b) => (a.type < b.type ? -1 : 1));
  const rows = sorted.map(({ type, summary }) => `| [\`${type}\`](#${anchor(type)}) | ${summary} |`);
  const table = ['| type | meaning |', '| --- | --- |', ...rows].join('\n');
  return `${INTRODUCTION}${block(envelope)}\n\n${table}\n\n${sorted.map(section).join('\n\n')}\n`;
}

/** As GitHub makes it of a heading. */
const anchor = (type: string): string => type.replaceAll('.', '');

const section = ({ type, version, summary, data }: EventDefinition): string => `## ${type}\n\nVersion ${version}: ${summary}.\n\n${block(data)}`;

const block = (schema: z.ZodType): string => `\`\`\`json\n${JSON.stringify(schemaOf(schema), null, 1)}\n\`\`\``;

const envelope = z.object({
  id: z.uuid(),
  type: z.string(),
  occurredAt: z.iso.datetime(),
  version: z.int(),
  aggregateId: z.string(),
  sequence: z.int(),
  data: z.record(z.string(), z.unknown()).meta({ description: 'see the type' }),
});

/** Of what is given, which may grow: unknown fields are no error. The patterns of formats say nothing that the format does not. */
function schemaOf(schema: z.ZodType): unknown {
  return tidy(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any', reused: 'inline' }));
}

const NOISE = ['$schema', 'pattern', 'additionalProperties', 'maximum', 'minimum'];

function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, item]) => !NOISE.includes(key) || typeof item === 'object');
  return Object.fromEntries(entries.map(([key, item]) => [key, tidy(item)]));
}
