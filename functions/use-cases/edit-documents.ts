import { EventType, Id } from '@baton/rules/documents/common.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import type { Json } from '@baton/rules/json.ts';
import * as z from 'zod';
import type { Problem } from '../api/views.ts';
import { auditOperation } from '../library/audit.ts';
import { merge, newErrors, told } from '../library/changed-library.ts';
import {
  type DraftRow,
  documentIn,
  draftKey,
  draftOperation,
  goesWithItsFile,
  noDraft,
  openDrafts,
  type Place,
  readDraft,
} from '../library/drafts.ts';
import { contentOf, livePointer } from '../library/versions.ts';
import type { LiveLibrary, Ports } from '../ports.ts';

const Rev = z.int().min(0);
const Note = z.string().trim().max(2000);

/** `rev`: of the draft that was seen; 0 where there was none. */
export const SaveDraft = z.union([
  z.strictObject({ rev: Rev, document: z.json() }),
  z.strictObject({ rev: Rev, retire: z.literal(true) }),
]);
export const RemoveDraft = z.strictObject({ rev: Rev });
export const SendForReview = z.strictObject({
  rev: Rev,
  note: Note.min(1, 'say in a few words what changes and why'),
});
export const AnswerReview = z.strictObject({
  rev: Rev,
  answer: z.enum(['approved', 'returned']),
  note: Note.default(''),
});

export type Edited =
  | { ok: true; draft: DraftRow }
  /** `draft`: what is there instead, where somebody else was first. */
  | { ok: false; status: 404 | 409 | 422; problems: Problem[]; draft?: DraftRow };

type Editing = Pick<Ports, 'store' | 'clock' | 'documents'>;
type Edit = { place: Place; by: string };

/**
 * Saves what somebody works on, sound or not. An approval ends with it: what was reviewed is what goes live. The first
 * save of an editor is an entry of the audit; the next ones, every few seconds while typing, are the same work.
 */
export async function saveDraft(
  ports: Editing,
  { place, by }: Edit,
  request: z.infer<typeof SaveDraft>,
): Promise<Edited> {
  const read = await draftSeen(ports, place, request.rev);
  if (!read.ok) return read;
  const { before } = read;
  const live = await livePointer(ports, place);
  const retires = 'retire' in request;
  if (retires && (!live || live.retired))
    return absent(place, 'it is not live, so it cannot be done away with');
  if (retires && live?.managedBy === 'code')
    return { ok: false, status: 409, problems: [goesWithItsFile(place)] };
  const misnamed = retires ? undefined : misnaming(place, request.document);
  if (misnamed) return { ok: false, status: 422, problems: [misnamed] };

  const text = retires ? '' : `${JSON.stringify(request.document, null, 2)}\n`;
  const begun = before !== undefined && before.state !== 'none';
  if (begun && before.text === text && (before.retire ?? false) === retires)
    return { ok: true, draft: before };
  const now = ports.clock.now().toISOString();
  const row: DraftRow = {
    ...fresh(place),
    rev: (before?.rev ?? 0) + 1,
    state: 'draft',
    text,
    base: begun ? before.base : (live?.version ?? 0),
    ...(retires ? { retire: true } : {}),
    editedBy: by,
    editedAt: now,
    // An answer stays beside the draft until the draft is sent again: it says what is to be mended.
    ...(begun && before.state === 'draft' ? answerOf(before) : {}),
  };
  const known = begun && before.state === 'draft' && before.editedBy === by;
  const what = retires ? 'drafted doing away with it' : begun ? 'edited the draft' : 'began a draft';
  return write(ports, row, before, known ? undefined : { by, what });
}

/** Puts a draft away. */
export async function removeDraft(
  ports: Editing,
  { place, by }: Edit,
  { rev }: z.infer<typeof RemoveDraft>,
): Promise<Edited> {
  const read = await draftSeen(ports, place, rev);
  if (!read.ok) return read;
  const { before } = read;
  if (!before || before.state === 'none') return absent(place, 'there is no draft');
  return write(ports, noDraft(before), before, { by, what: 'put the draft away' });
}

/**
 * Sends a draft to whoever approves. It must be sound together with what is live and what else is being worked on (a
 * journey and its new template go for review one after the other), and its own tests must hold.
 */
export async function sendForReview(
  ports: Editing,
  { place, by }: Edit,
  { rev, note }: z.infer<typeof SendForReview>,
): Promise<Edited> {
  const read = await draftSeen(ports, place, rev);
  if (!read.ok) return read;
  const { before } = read;
  if (before?.state !== 'draft') return wrongState(place, before, 'only a draft can be sent for review');
  const same = await versionThatSaysSo(ports, before);
  if (same)
    return refused(place, `it says what version ${same} says, which is live`, 'change it, or put it away');
  const problems = await problemsOf(ports, before);
  if (problems.length > 0) return { ok: false, status: 422, problems };
  const now = ports.clock.now().toISOString();
  const { answer: _, answeredAt: __, answeredBy: ___, ...rest } = before;
  const row: DraftRow = { ...rest, rev: rev + 1, state: 'in-review', sentBy: by, sentAt: now, note };
  return write(ports, row, before, { by, what: 'sent it for review', note });
}

/** Approves a draft or gives it back with a reason. Who edited it last does not approve it. */
export async function answerReview(
  ports: Editing,
  { place, by }: Edit,
  { rev, answer, note }: z.infer<typeof AnswerReview>,
): Promise<Edited> {
  const read = await draftSeen(ports, place, rev);
  if (!read.ok) return read;
  const { before } = read;
  const returned = answer === 'returned';
  if (before?.state !== 'in-review' && !(returned && before?.state === 'approved'))
    return wrongState(place, before, 'only what was sent for review can be answered');
  if (!returned && before.editedBy === by)
    return refused(
      place,
      'you edited it last, and four eyes see more than two',
      'ask somebody else to approve it',
    );
  if (returned && note === '')
    return {
      ok: false,
      status: 422,
      problems: [{ path: 'note', reason: 'it is not said why', remedy: 'say what is to be mended' }],
    };
  const row: DraftRow = {
    ...before,
    rev: rev + 1,
    state: returned ? 'draft' : 'approved',
    answeredBy: by,
    answeredAt: ports.clock.now().toISOString(),
    answer: note,
  };
  return write(ports, row, before, { by, what: returned ? 'returned it' : 'approved it', note });
}

/** The live version that the draft is no different from. */
async function versionThatSaysSo(
  ports: Editing,
  { kind, id, text, retire }: DraftRow,
): Promise<number | undefined> {
  const live = await livePointer(ports, { kind, id });
  const parsed = parseDocument(kind, documentIn(text));
  if (!live || live.retired || retire || !parsed.ok) return undefined;
  return live.hash === contentOf(kind, parsed.document).hash ? live.version : undefined;
}

/** What keeps a draft from review: what is wrong with it, and its tests that do not hold. */
export async function problemsOf(
  ports: Pick<Ports, 'store' | 'documents'>,
  draft: DraftRow,
): Promise<Problem[]> {
  await ports.documents.refresh();
  const live = await ports.documents.live();
  const others = (await openDrafts(ports)).filter(({ sk }) => sk !== draft.sk);
  const problems: Problem[] = [];
  const present = merge(live, changeOf(others, live), []);
  const library = merge(present, changeOf([draft], live), problems);
  if (problems.length > 0)
    return problems.map((found) => ({
      ...found,
      path: found.path.replace(/^documents\.0/, placeName(draft)),
    }));
  // Whoever drafts a document must not break what others have drafted, and need not mend it.
  problems.push(...(await newErrors(present, library)));
  if (draft.kind === 'templates') problems.push(...(await flawsOfMail(library, draft.id)));
  if (problems.length > 0 || draft.retire) return problems;
  const { failedTests } = await import('@baton/rules/check/document-tests.ts');
  return (await failedTests(draft.kind, draft.id, library)).map((found) => told(found, placeName(draft)));
}

async function flawsOfMail(library: Pick<LiveLibrary, 'templates'>, id: string): Promise<Problem[]> {
  const template = library.templates.get(id);
  if (!template) return [];
  const { checkTemplates } = await import('../templates/check-templates.ts');
  return (await checkTemplates([template])).map((found) => told(found, found.document));
}

/** Drafts as what would go live of them; what cannot be read is left out. */
function changeOf(drafts: readonly DraftRow[], live: LiveLibrary): Parameters<typeof merge>[1] {
  return {
    documents: drafts.flatMap(({ kind, retire, text }) =>
      retire ? [] : [{ kind, document: documentIn(text) }],
    ),
    retire: drafts.filter(({ kind, id, retire }) => retire && live[kind].has(id)),
  };
}

async function draftSeen(
  { store }: Pick<Ports, 'store'>,
  place: Place,
  rev: number,
): Promise<{ ok: true; before: DraftRow | undefined } | Extract<Edited, { ok: false }>> {
  const before = await readDraft({ store }, place);
  const unseen = before !== undefined && before.rev !== rev && !(rev === 0 && before.state === 'none');
  if (unseen || (!before && rev !== 0)) return overtaken(place, before);
  if (before?.state === 'scheduled')
    return refused(place, `it is scheduled for ${before.startAt}`, 'cancel that first, then go on', before);
  return { ok: true, before };
}

async function write(
  ports: Editing,
  row: DraftRow,
  before: DraftRow | undefined,
  entry: { by: string; what: string; note?: string } | undefined,
): Promise<Edited> {
  const about = { kind: row.kind, id: row.id };
  const at = ports.clock.now().toISOString();
  const audit = entry ? [auditOperation({ about, at, ...entry }, String(row.rev))] : [];
  const { ok } = await ports.store.transact([draftOperation(row, before), ...audit]);
  return ok ? { ok: true, draft: row } : overtaken(row, await readDraft(ports, row));
}

const fresh = (place: Place) => ({ ...draftKey(place), pk: 'DRAFT' as const, ...place });

const answerOf = ({ note, sentBy, sentAt, answeredBy, answeredAt, answer }: DraftRow) =>
  answeredBy === undefined ? {} : { note, sentBy, sentAt, answeredBy, answeredAt, answer };

const placeName = ({ kind, id }: Place): string => `${kind}/${id}`;

/** The id is the file's name, and the name by which others mean the document: it does not change under an editor's hands. */
function misnaming(place: Place, document: Json): Problem | undefined {
  const path = placeName(place);
  if (!(place.kind === 'events' ? EventType : Id).safeParse(place.id).success)
    return {
      path,
      reason: 'this is no id',
      remedy: 'use small letters, digits and hyphens, for example "spring-offer"',
    };
  const { data } = z.object({ id: z.string() }).safeParse(document);
  if (data?.id === place.id) return undefined;
  return {
    path: `${path}.id`,
    reason: 'it does not name itself so',
    remedy: `let it say "id": "${place.id}"`,
  };
}

const absent = (place: Place, reason: string): Edited => ({
  ok: false,
  status: 404,
  problems: [{ path: placeName(place), reason, remedy: 'look at the document as it is now' }],
});

const refused = (
  place: Place,
  reason: string,
  remedy: string,
  draft?: DraftRow,
): Extract<Edited, { ok: false }> => ({
  ok: false,
  status: 409,
  problems: [{ path: placeName(place), reason, remedy }],
  ...(draft ? { draft } : {}),
});

const wrongState = (place: Place, draft: DraftRow | undefined, reason: string): Edited =>
  refused(place, `it is ${draft?.state ?? 'none'}: ${reason}`, 'look at the document as it is now', draft);

const overtaken = (place: Place, draft: DraftRow | undefined): Extract<Edited, { ok: false }> =>
  refused(
    place,
    draft ? `${draft.editedBy} has changed it meanwhile` : 'the draft is gone',
    'look at both, and decide which is kept',
    draft,
  );
