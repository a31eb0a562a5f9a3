import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { Refusal } from '@referrals/domain';
import type { Log } from '@referrals/messaging';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { allowedMethods } from './allowed-methods.js';
import { refusalOf, sendProblem } from './problem.js';

/** Everything that is thrown outside of a controller's method, and faults of ours within one, as problems. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (error instanceof NotFoundException) return this.notFound(request, reply);
    const refusal = refusalOf(error);
    if (!(error instanceof Refusal) && (!refusal || refusal.status >= 500)) {
      this.log.error({ err: error, requestId: request.id, route: request.routeOptions.url }, 'request_failed');
    }
    sendProblem(request, reply, error);
  }

  private notFound(request: FastifyRequest, reply: FastifyReply): void {
    const allowed = allowedMethods(request.url);
    if (allowed.length === 0) return sendProblem(request, reply, new Refusal('not_found'));
    void reply.header('allow', allowed.join(', '));
    sendProblem(request, reply, new Refusal('method_not_allowed'));
  }
}
