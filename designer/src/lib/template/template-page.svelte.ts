import type { ContactLine } from '@baton/functions/api/views.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { HostError, readContact } from '#lib/api.ts';
import { asValues } from '#lib/contact/known-facts.ts';
import { createEditing } from '#lib/document/editing.svelte.ts';
import { liveLibrary } from '#lib/document/live-library.svelte.ts';
import { hostNow } from '#lib/time/host-clock.svelte.ts';
import { asSentence } from '#lib/words/values.ts';
import { keepPreview } from './preview.svelte.ts';
import { journeysThatSend } from './template-lines.ts';

/** One template on the screen: the document, the language that is worked on, and with whose values it is seen. */
export function createTemplatePage(id: string) {
  const editing = createEditing('templates', id);
  let wanted = $state('');
  let contact = $state.raw<{ id: string; name: string; values: JsonObject }>();
  let problem = $state('');

  const template = $derived(editing.document);
  const languages = $derived(Object.keys(template?.languages ?? {}));
  const language = $derived(languages.includes(wanted) ? wanted : (template?.language ?? ''));
  /** What journeys hand on besides the contact stays made up: no journey has sent anything yet. */
  const values = $derived<JsonObject>({ ...template?.sample, ...contact?.values });
  const preview = keepPreview(() => template && { template, values, language });
  const usedBy = $derived.by(() => {
    const library = liveLibrary();
    return library ? journeysThatSend(id, library) : [];
  });

  async function useContact({ id: contactId, name }: ContactLine): Promise<void> {
    problem = '';
    try {
      const { asOf } = await readContact(contactId, { at: new Date(hostNow()).toISOString() });
      contact = { id: contactId, name, values: asValues(asOf?.facts ?? []) };
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      problem = asSentence(error.failure.view.error);
    }
  }

  return {
    id,
    editing,
    preview,
    get template() {
      return template;
    },
    get languages() {
      return languages;
    },
    get language() {
      return language;
    },
    set language(to: string) {
      wanted = to;
    },
    get usedBy() {
      return usedBy;
    },
    get contact() {
      return contact;
    },
    get contactProblem() {
      return problem;
    },
    useContact,
    useSample(): void {
      contact = undefined;
      problem = '';
    },
  };
}

export type TemplatePage = ReturnType<typeof createTemplatePage>;
