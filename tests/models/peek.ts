import { wander } from './explore.ts';
import { models } from './models.ts';
import { sends, handovers, enrolments, stays } from './rows.ts';
for (const m of ['permit', 'handover', 'enrol', 'wait'])
for (const scenario of await models[m]?.() ?? []) {
  const seen: Record<string, number> = {};
  const end = (w: Parameters<typeof sends>[0]) => { const k = [sends(w).map((s) => `${s.status}:${s.reason ?? ''}`), handovers(w).map((s) => s.status), stays(w).map((s) => s.stage), enrolments(w).map((e) => `${e.status}:${e.reason}`)].flat().join(' '); seen[k] = (seen[k] ?? 0) + 1; };
  await wander({ ...scenario, atEnd: (w) => { end(w); return scenario.atEnd(w); } }, { schedules: 100, random: Math.random });
  console.log(scenario.name, seen);
}
