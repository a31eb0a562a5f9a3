import { Controller, Inject } from '@nestjs/common';
import { fraud, type Input } from '@referrals/contracts';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';

type Contracts = typeof fraud;

@Controller()
export class ReviewsController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  @Route(fraud.listReviews)
  listReviews(input: Input<Contracts['listReviews']>, call: Call) {
    return this.gateway.ask(fraud.listReviews, input, call);
  }

  @Route(fraud.getReview)
  getReview(input: Input<Contracts['getReview']>, call: Call) {
    return this.gateway.ask(fraud.getReview, input, call);
  }

  @Route(fraud.listUserNotes)
  listUserNotes(input: Input<Contracts['listUserNotes']>, call: Call) {
    return this.gateway.ask(fraud.listUserNotes, input, call);
  }

  @Route(fraud.noteUser)
  noteUser(input: Input<Contracts['noteUser']>, call: Call) {
    return this.gateway.ask(fraud.noteUser, input, call);
  }

  @Route(fraud.decideReview)
  decideReview(input: Input<Contracts['decideReview']>, call: Call) {
    return this.gateway.ask(fraud.decideReview, input, call);
  }

  @Route(fraud.decideReviews)
  decideReviews(input: Input<Contracts['decideReviews']>, call: Call) {
    return this.gateway.ask(fraud.decideReviews, input, call);
  }

  @Route(fraud.assignReview)
  assignReview(input: Input<Contracts['assignReview']>, call: Call) {
    return this.gateway.ask(fraud.assignReview, input, call);
  }

  @Route(fraud.listRings)
  listRings(input: Input<Contracts['listRings']>, call: Call) {
    return this.gateway.ask(fraud.listRings, input, call);
  }

  @Route(fraud.noteReview)
  noteReview(input: Input<Contracts['noteReview']>, call: Call) {
    return this.gateway.ask(fraud.noteReview, input, call);
  }
}
