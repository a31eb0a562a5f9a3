import { z } from 'zod';

/** Schemas of the words that several rooms share. Times on the wire are ISO 8601 in UTC. */

const CONTROL = /[\p{Cc}]/u;
/** PostgreSQL stores neither NUL nor half a surrogate pair. */
const isStorable = (value: string): boolean => !value.includes('\0') && value.isWellFormed();

/** Free text of at most `max` UTF-16 code units. */
export const text = (max: number) => z.string().max(max).refine(isStorable, 'neither NUL nor lone surrogates');

const hostId = (what: string) =>
  z
    .string()
    .min(1)
    .max(128)
    .refine((value) => !CONTROL.test(value), 'no control characters')
    .refine(isStorable, 'not well-formed Unicode')
    .meta({ description: what });

export const UserId = hostId("the host's own id of a user").meta({ examples: ['user-42'] });
export const FactId = hostId("the host's own id of a fact, unique per kind over all users").meta({ examples: ['fact-1'] });
export const AppId = z.string().min(1).max(64).regex(/^[\w.-]+$/).meta({ description: 'one product of the host', examples: ['chat'] });
export const Id = z.uuid().meta({ description: 'an id of ours, UUIDv7' });
/** PostgreSQL knows no year 0, and texts of years with five digits look otherwise. */
const [FIRST_INSTANT, END_OF_TIME] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('+010000-01-01T00:00:00Z')];
const isStorableTime = (value: string): boolean => Date.parse(value) >= FIRST_INSTANT && Date.parse(value) < END_OF_TIME;
export const Instant = z.iso.datetime({ offset: true }).refine(isStorableTime, 'of the years 1 to 9999').meta({ description: 'ISO 8601', examples: ['2026-11-01T12:00:00.000Z'] });
/** A day in UTC. */
export const Day = z.iso.date().refine((value) => isStorableTime(`${value}T00:00:00Z`), 'of the years 1 to 9999').meta({ description: 'a day in UTC', examples: ['2026-11-01'] });
export const Amount = z.int().meta({ description: 'an integer in the unit' });
export const Unit = z.string().min(1).max(16).meta({ description: 'credits, access_days, slots or an ISO 4217 code', examples: ['credits'] });
export const Metadata = z
  .record(z.string(), z.json())
  .refine((value) => new TextEncoder().encode(JSON.stringify(value)).length <= 4096, 'at most 4 KiB')
  .refine((value) => !/\\u(0000|d[89a-f])/.test(JSON.stringify(value)), 'neither NUL nor lone surrogates');

/** `limit` arrives as text in a query string. */
export const Paging = { limit: z.coerce.number().int().min(1).max(100).default(20), cursor: text(512).optional() };
export const pageOf = <Item extends z.ZodType>(item: Item) => z.object({ data: z.array(item), nextCursor: z.string().nullable() });

/** What a client tells of itself. Over HTTP and NATS it comes in the clear and is sealed before it is kept or passed on. */
export const ClientContext = z.strictObject({
  ip: text(64).optional(),
  ipType: z.enum(['residential', 'mobile', 'business', 'datacenter', 'vpn', 'proxy', 'tor']).optional(),
  deviceId: text(256).optional(),
  userAgent: text(512).optional(),
  email: text(320).optional(),
});
export type ClientContext = z.output<typeof ClientContext>;

/** The context as it travels between rooms: only fraud can open it. */
export const SealedContext = z.strictObject({ sealed: text(4096) });
export const Context = z.union([SealedContext, ClientContext]);
export type Context = z.output<typeof Context>;
