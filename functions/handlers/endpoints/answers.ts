import * as z from 'zod';
import {
  type Answered,
  answerCase,
  answerHandover,
  answerOffer,
  completeTask,
} from '../../use-cases/answers.ts';
import { type Endpoints, type Reply, refusal, withBody } from './reply.ts';

export const Completion = z.strictObject({
  outcome: z.string().max(64),
  note: z.string().max(2000).optional(),
});
export const OfferAnswer = z.strictObject({
  answer: z.enum(['accepted', 'declined']),
  reason: z.string().max(500).optional(),
});
export const HandoverAnswer = z.discriminatedUnion('answer', [
  z.strictObject({ answer: z.literal('accepted'), person: z.string().max(200).optional() }),
  z.strictObject({ answer: z.literal('returned'), reason: z.string().max(64) }),
]);

const note = { note: z.string().max(2000).optional() };
export const CaseChange = z.discriminatedUnion('change', [
  z.strictObject({ change: z.literal('accept'), person: z.string().min(1).max(200) }),
  z.strictObject({ change: z.literal('answer'), ...note }),
  z.strictObject({ change: z.literal('wait'), ...note }),
  z.strictObject({ change: z.literal('resume'), ...note }),
  z.strictObject({
    change: z.literal('solve'),
    resolution: z.enum(['solved', 'no-fault-found']),
    summary: z.string().max(2000).optional(),
  }),
  z.strictObject({ change: z.literal('confirm'), ...note }),
  z.strictObject({ change: z.literal('reopen'), ...note }),
  z.strictObject({ change: z.literal('close'), because: z.enum(['confirmed', 'silence', 'duplicate']) }),
  z.strictObject({ change: z.literal('merge'), into: z.string().max(64) }),
]);

function answered(result: Answered): Reply {
  if (result.ok) return { status: 200, body: { ok: true } };
  const { status, path, reason, remedy } = result;
  return { status, body: refusal(reason, [{ path, reason, remedy }]) };
}

/** What people decide at the desk. */
export const answers: Endpoints = {
  'post-completion': (ports, { path, body, caller }) =>
    withBody(Completion, body, async (completion) =>
      answered(
        await completeTask(ports, {
          contactId: path.contactId ?? '',
          taskId: path.taskId ?? '',
          roles: caller.kind === 'known' ? caller.roles : [],
          ...completion,
        }),
      ),
    ),
  'post-offer-answer': (ports, { path, body }) =>
    withBody(OfferAnswer, body, async (answer) =>
      answered(
        await answerOffer(ports, { contactId: path.contactId ?? '', offerId: path.offerId ?? '', ...answer }),
      ),
    ),
  'post-case-change': (ports, { path, body }) =>
    withBody(CaseChange, body, async (change) =>
      answered(
        await answerCase(ports, {
          contactId: path.contactId ?? '',
          caseId: path.caseId ?? '',
          ...change,
        }),
      ),
    ),
  'post-handover-answer': (ports, { path, body }) =>
    withBody(HandoverAnswer, body, async (answer) =>
      answered(
        await answerHandover(ports, {
          contactId: path.contactId ?? '',
          handoverId: path.handoverId ?? '',
          ...answer,
        }),
      ),
    ),
};
