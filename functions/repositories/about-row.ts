import type { Key, LogFields, Store } from '../ports.ts';
import { contactOf } from './rows.ts';

/** The ids that a row of a contact is about, for the log: of its content only what names an enrolment, a step or a send. */
export function aboutRow({ pk, sk, ...row }: Key & Record<string, unknown>): LogFields {
  return {
    contactId: contactOf(pk),
    ...(sk.startsWith('EVT#') ? { eventId: sk.slice(4) } : {}),
    ...enrolmentOf(sk.startsWith('WAIT#') ? sk : row.wait),
    ...(isEnrolment(row.name) ? { enrolmentId: row.name } : {}),
    ...sendOf(row.send),
  };
}

/** As `aboutRow`, of a row that can perhaps not be read any more; then its key has to do. */
export async function aboutKey(store: Store, { pk, sk }: Key): Promise<LogFields> {
  const row = await store.get('core', { pk, sk }).catch(() => undefined);
  return aboutRow({ ...row, pk, sk });
}

const isEnrolment = (name: unknown): name is string => typeof name === 'string' && name.startsWith('e-');

/** A wait is named `WAIT#<enrolment>#<step>#<iteration>`. */
function enrolmentOf(wait: unknown): LogFields {
  const [, enrolmentId, stepId] = typeof wait === 'string' ? wait.split('#') : [];
  return isEnrolment(enrolmentId) && stepId !== undefined ? { enrolmentId, stepId } : {};
}

/** A send is named `<enrolment>.<step>.<iteration>`. */
function sendOf(send: unknown): LogFields {
  if (typeof send !== 'string') return {};
  const [enrolmentId, stepId] = send.split('.');
  return isEnrolment(enrolmentId) && stepId !== undefined
    ? { sendId: send, enrolmentId, stepId }
    : { sendId: send };
}
