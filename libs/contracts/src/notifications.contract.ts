import { z } from 'zod';
import { contract } from './contract.js';
import { HOST_EVENTS } from './events.js';
import { Id, Instant, pageOf, Paging, text } from './words.js';

const tag = 'Webhooks';

const Url = text(2_048).refine((value) => /^https?:\/\//i.test(value) && URL.canParse(value), 'an http or https address')
  .meta({ examples: ['https://example.com/webhooks/referrals'] });
const EventTypes = z.array(text(64).refine((type) => HOST_EVENTS.some((kind) => kind.type === type), 'no event of ours')).min(1).max(100)
  .meta({ description: 'all events unless given', examples: [['referral.registered', 'bonus.paid']] });

export const WebhookEndpoint = z.object({
  id: Id,
  url: z.string(),
  events: z.array(z.string()).nullable().meta({ description: 'null: all' }),
  isActive: z.boolean(),
  disabledReason: z.string().nullable().meta({ description: '`failing`: nothing was accepted for three days' }),
  failingSince: Instant.nullable(),
  previousSecretUntil: Instant.nullable().meta({ description: 'until then messages carry a signature with the secret before the last rotation too' }),
  createdAt: Instant,
}).meta({ id: 'WebhookEndpoint' });
export type WebhookEndpoint = z.output<typeof WebhookEndpoint>;

export const WebhookEndpointWithSecret = WebhookEndpoint.extend({
  secret: z.string().nullable().meta({ description: '`whsec_…`, shown this once: after creation or rotation, null in replayed and all other answers' }),
}).meta({ id: 'WebhookEndpointWithSecret' });
export type WebhookEndpointWithSecret = z.output<typeof WebhookEndpointWithSecret>;

export const DeliveryStatus = z.enum(['pending', 'delivered', 'failed']);
export const WebhookDelivery = z.object({
  id: Id,
  endpointId: Id,
  eventId: Id.meta({ description: 'the `webhook-id`, the same at every attempt' }),
  type: z.string(),
  status: DeliveryStatus,
  attempts: z.int(),
  lastStatus: z.int().nullable().meta({ description: 'HTTP status of the last answer' }),
  lastError: z.string().nullable(),
  lastAttemptAt: Instant.nullable(),
  nextAttemptAt: Instant.nullable(),
  createdAt: Instant,
  deliveredAt: Instant.nullable(),
}).meta({ id: 'WebhookDelivery' });
export type WebhookDelivery = z.output<typeof WebhookDelivery>;

export const notifications = {
  listEndpoints: contract('notifications.listEndpoints', 'the webhook endpoints, newest first', {
    request: z.strictObject({ ...Paging }),
    reply: pageOf(WebhookEndpoint),
    http: { method: 'GET', path: '/v1/webhook-endpoints', scope: 'admin', tag },
  }),
  createEndpoint: contract('notifications.createEndpoint', 'a new webhook endpoint', {
    request: z.strictObject({ url: Url, events: EventTypes.optional() }),
    reply: WebhookEndpointWithSecret,
    http: { method: 'POST', path: '/v1/webhook-endpoints', scope: 'admin', status: 201, tag, refusals: ['forbidden_address'] },
  }),
  updateEndpoint: contract('notifications.updateEndpoint', 'changes a webhook endpoint, or its secret', {
    request: z.strictObject({
      id: Id,
      url: Url.optional(),
      events: EventTypes.nullable().optional(),
      isActive: z.boolean().optional(),
      rotateSecret: z.literal(true).optional().meta({ description: 'the old secret goes on signing beside the new one for 24 hours' }),
    }),
    reply: WebhookEndpointWithSecret,
    http: { method: 'PATCH', path: '/v1/webhook-endpoints/{id}', scope: 'admin', tag, refusals: ['not_found', 'forbidden_address'] },
  }),
  deleteEndpoint: contract('notifications.deleteEndpoint', 'ends a webhook endpoint; what it has not received it never will', {
    request: z.strictObject({ id: Id }),
    reply: z.null(),
    http: { method: 'DELETE', path: '/v1/webhook-endpoints/{id}', scope: 'admin', status: 204, tag, refusals: ['not_found'] },
  }),
  /** Not over HTTP, and only for a minute after the secret was made: stored answers never hold one. */
  showSecret: contract('notifications.showSecret', 'the secret of an endpoint that was made or rotated just now', {
    request: z.strictObject({ id: Id }),
    reply: z.object({ secret: z.string() }),
  }),
  listDeliveries: contract('notifications.listDeliveries', 'what was sent to whom, newest first', {
    request: z.strictObject({ endpointId: Id.optional(), status: DeliveryStatus.optional(), ...Paging }),
    reply: pageOf(WebhookDelivery),
    http: { method: 'GET', path: '/v1/webhook-deliveries', scope: 'admin', tag },
  }),
  resend: contract('notifications.resend', 'sends an event once more, whatever became of it', {
    request: z.strictObject({ id: Id }),
    reply: WebhookDelivery,
    http: { method: 'POST', path: '/v1/webhook-deliveries/{id}/resend', scope: 'admin', tag, refusals: ['not_found'] },
  }),
};
