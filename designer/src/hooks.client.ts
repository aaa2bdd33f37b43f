import '#lib/worker/without-eval.ts';
