import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

type FrameStatus =
  | 'ready'
  | 'running'
  | 'waiting-timer'
  | 'waiting-token'
  | 'waiting-children'
  | 'queued'
  | 'done';

/** What a ready frame does next: execute its state, leave it with `result`, or answer the failure in `result`. */
type Phase = 'run' | 'result' | 'error';

/** One line of control: the root of an execution, an iteration of a Map, or a branch of a Parallel. Times are epoch ms. */
export type Frame = {
  id: number;
  execution: number;
  parent: number | null;
  position: number;
  state: string;
  status: FrameStatus;
  phase: Phase;
  /** Order of becoming ready. It changes with every move, so (id, seq) names one visit of one state. */
  seq: number;
  due: number | null;
  deadline: number | null;
  heartbeat: number | null;
  token: string | null;
  input: string;
  variables: string | null;
  retries: string | null;
  item: string | null;
  result: string | null;
  entered: number;
  /** Children that are not done, and how many of them may still fail. */
  pending: number | null;
  tolerance: number | null;
};

/** A frame with what its execution says about it. */
export type ClaimedFrame = Frame & { machine: string; name: string; started: number; given: string };

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export type Execution = {
  id: number;
  name: string;
  machine: string;
  status: ExecutionStatus;
  input: string;
  output: string | null;
  error: string | null;
  cause: string | null;
  started: number;
  stopped: number | null;
  timeout: number | null;
};

const schema = `
  CREATE TABLE IF NOT EXISTS sm_machine (name TEXT PRIMARY KEY, definition TEXT NOT NULL, published INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS sm_execution (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, machine TEXT NOT NULL, status TEXT NOT NULL, input TEXT NOT NULL,
    output TEXT, error TEXT, cause TEXT, started INTEGER NOT NULL, stopped INTEGER, timeout INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS sm_execution_open ON sm_execution(status) WHERE status = 'RUNNING';
  CREATE INDEX IF NOT EXISTS sm_execution_timeout ON sm_execution(timeout, id) WHERE timeout IS NOT NULL;
  CREATE TABLE IF NOT EXISTS sm_frame (
    id INTEGER PRIMARY KEY, execution INTEGER NOT NULL, parent INTEGER, position INTEGER NOT NULL, state TEXT NOT NULL,
    status TEXT NOT NULL, phase TEXT NOT NULL, seq INTEGER NOT NULL, due INTEGER, deadline INTEGER, heartbeat INTEGER,
    token TEXT, input TEXT NOT NULL, variables TEXT, retries TEXT, item TEXT, result TEXT, entered INTEGER NOT NULL,
    pending INTEGER, tolerance INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS sm_frame_ready ON sm_frame(seq) WHERE status = 'ready';
  CREATE INDEX IF NOT EXISTS sm_frame_running ON sm_frame(id) WHERE status = 'running';
  CREATE INDEX IF NOT EXISTS sm_frame_due ON sm_frame(due, id) WHERE due IS NOT NULL;
  CREATE UNIQUE INDEX IF NOT EXISTS sm_frame_token ON sm_frame(token) WHERE token IS NOT NULL;
  CREATE INDEX IF NOT EXISTS sm_frame_execution ON sm_frame(execution);
  CREATE INDEX IF NOT EXISTS sm_frame_child ON sm_frame(parent, status, position) WHERE parent IS NOT NULL;
`;

const descendants = `
  WITH RECURSIVE below(id) AS (
    SELECT id FROM sm_frame WHERE parent = ? UNION ALL SELECT f.id FROM sm_frame f JOIN below ON f.parent = below.id
  )`;

export type Frames = ReturnType<typeof createFrames>;

/** The rows of the interpreter. Every method is one or two prepared statements; callers group them into writes. */
export function createFrames(sql: DatabaseSync) {
  sql.exec(schema);

  function one<Row>(text: string): (...values: SQLInputValue[]) => Row | undefined {
    const statement = sql.prepare(text);
    return (...values) => statement.get(...values) as Row | undefined; // the schema above is STRICT
  }
  function many<Row>(text: string): (...values: SQLInputValue[]) => Row[] {
    const statement = sql.prepare(text);
    return (...values) => statement.all(...values) as Row[];
  }
  function change(text: string): (...values: SQLInputValue[]) => { changes: number; id: number } {
    const statement = sql.prepare(text);
    return (...values) => {
      const { changes, lastInsertRowid } = statement.run(...values);
      return { changes: Number(changes), id: Number(lastInsertRowid) };
    };
  }

  const insertExecution = change(
    `INSERT INTO sm_execution (name, machine, status, input, started, timeout) VALUES (?, ?, 'RUNNING', ?, ?, ?)
     ON CONFLICT (name) DO NOTHING`,
  );
  const insertFrame = change(
    `INSERT INTO sm_frame (execution, parent, position, state, status, phase, seq, input, item, entered)
     VALUES (?, ?, ?, ?, ?, 'run', ?, ?, ?, ?)`,
  );
  const updateFrame = change(
    `UPDATE sm_frame SET state = ?, status = ?, phase = ?, seq = ?, due = ?, deadline = ?, heartbeat = ?, token = ?,
       input = ?, variables = ?, retries = ?, result = ?, entered = ?, pending = ?, tolerance = ? WHERE id = ?`,
  );

  return {
    insertExecution,
    insertFrame,
    saveFrame(f: Frame): void {
      updateFrame(
        f.state, f.status, f.phase, f.seq, f.due, f.deadline, f.heartbeat, f.token,
        f.input, f.variables, f.retries, f.result, f.entered, f.pending, f.tolerance, f.id,
      ); // biome-ignore format: in the order of the statement
    },
    /** Claims go in the order of seq, so one number says what is taken: nothing is written and nothing to undo. */
    nextReady: one<ClaimedFrame>(
      `SELECT f.*, e.machine, e.name, e.started, e.input AS given FROM sm_frame f JOIN sm_execution e ON e.id = f.execution
       WHERE f.status = 'ready' AND f.seq > ? ORDER BY f.seq LIMIT 1`,
    ),
    frame: one<Frame>('SELECT * FROM sm_frame WHERE id = ?'),
    seqOf: one<{ seq: number }>('SELECT seq FROM sm_frame WHERE id = ?'),
    scopeOf: one<Pick<Frame, 'parent' | 'variables' | 'item' | 'position'>>(
      'SELECT parent, variables, item, position FROM sm_frame WHERE id = ?',
    ),
    byToken: one<Frame>('SELECT * FROM sm_frame WHERE token = ?'),
    lastSeq: one<{ seq: number | null }>(`SELECT MAX(seq) AS seq FROM sm_frame WHERE status = 'ready'`),
    resumeRunning: change(`UPDATE sm_frame SET status = 'ready' WHERE status = 'running'`),
    dueFrames: many<Frame>('SELECT * FROM sm_frame WHERE due <= ? ORDER BY due, id LIMIT 200'),
    firstDue: one<{ due: number | null }>('SELECT MIN(due) AS due FROM sm_frame WHERE due IS NOT NULL'),
    results: many<{ result: string }>(
      `SELECT result FROM sm_frame WHERE parent = ? AND status = 'done' AND result IS NOT NULL ORDER BY position`,
    ),
    awaitToken: change(`UPDATE sm_frame SET status = 'waiting-token' WHERE id = ?`),
    finishChild: change(
      `UPDATE sm_frame SET status = 'done', seq = ?, result = ?, due = NULL, token = NULL WHERE id = ?`,
    ),
    countChild: one<{ pending: number }>(
      'UPDATE sm_frame SET pending = pending - 1, tolerance = tolerance - ? WHERE id = ? RETURNING pending',
    ),
    startQueued: change(
      `UPDATE sm_frame SET status = 'ready', seq = ?, entered = ? WHERE id =
         (SELECT id FROM sm_frame WHERE parent = ? AND status = 'queued' ORDER BY position LIMIT 1)`,
    ),
    deleteBelow: change(`${descendants} DELETE FROM sm_frame WHERE id IN below`),
    deleteFrames: change('DELETE FROM sm_frame WHERE execution = ?'),
    current: many<Pick<Frame, 'state' | 'entered' | 'due'>>(
      `SELECT state, entered, due FROM sm_frame
       WHERE execution = ? AND status NOT IN ('waiting-children', 'queued', 'done') ORDER BY id LIMIT 100`,
    ),
    execution: one<Execution>('SELECT * FROM sm_execution WHERE name = ?'),
    finishExecution: change(
      'UPDATE sm_execution SET status = ?, output = ?, error = ?, cause = ?, stopped = ?, timeout = NULL WHERE id = ?',
    ),
    openExecutions: one<{ open: number }>(
      `SELECT COUNT(*) AS open FROM sm_execution WHERE status = 'RUNNING'`,
    ),
    dueExecutions: many<{ id: number }>(
      'SELECT id FROM sm_execution WHERE timeout <= ? ORDER BY timeout, id LIMIT 200',
    ),
    firstTimeout: one<{ due: number | null }>(
      'SELECT MIN(timeout) AS due FROM sm_execution WHERE timeout IS NOT NULL',
    ),
    machine: one<{ definition: string }>('SELECT definition FROM sm_machine WHERE name = ?'),
    insertMachine: change('INSERT INTO sm_machine (name, definition, published) VALUES (?, ?, ?)'),
  };
}
