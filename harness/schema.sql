-- schema.sql - the database: what was computed (result), who uses it (run), and the views.
--
-- A result is a training, or one measure entry on top of it, found by the SHA-256 of its whole
-- identity; its rows stand in the tables X_data, clustered by result in the order of emission. A
-- run is a point of an experiment and a replicate; run_result names its results. People query the
-- views; results/README.md documents them. Columns of X_data are those of model/measure/rows.h.
CREATE TABLE environment (
    environment_id INTEGER PRIMARY KEY,
    fingerprint    TEXT NOT NULL UNIQUE, -- SHA-256 of the columns below
    host TEXT NOT NULL, os TEXT NOT NULL, cpu TEXT NOT NULL, n_cpu INTEGER NOT NULL,
    compiler TEXT NOT NULL, cflags TEXT NOT NULL,
    kernel TEXT NOT NULL, blas TEXT NOT NULL, blas_core TEXT NOT NULL, blas_threads INTEGER NOT NULL,
    libraries TEXT NOT NULL,
    git_commit TEXT NOT NULL, git_dirty INTEGER NOT NULL, core_hash TEXT NOT NULL
) STRICT;

CREATE TABLE result (
    result_id      INTEGER PRIMARY KEY,
    key            TEXT NOT NULL UNIQUE,
    kind           TEXT NOT NULL, -- train, or the kind of a measure
    status         TEXT NOT NULL CHECK (status IN ('pending', 'done', 'failed')),
    digest         TEXT,          -- SHA-256 over its rows, in order
    n_rows         INTEGER NOT NULL DEFAULT 0,
    wall_s         REAL,
    max_rss_kb     INTEGER,       -- largest resident set while it was computed
    error          TEXT,
    created_at     TEXT,          -- UTC
    environment_id INTEGER REFERENCES environment
) STRICT;
CREATE INDEX result_unfinished ON result (status) WHERE status <> 'done';

CREATE TABLE experiment (
    experiment_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE, title TEXT NOT NULL, question TEXT, notes TEXT,
    path TEXT NOT NULL, text TEXT NOT NULL, sha256 TEXT NOT NULL, updated_at TEXT NOT NULL,
    not_run TEXT                  -- why it could not run when it was last asked for; else NULL
) STRICT;

CREATE TABLE claim (
    experiment_id INTEGER NOT NULL REFERENCES experiment ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    about TEXT NOT NULL, name TEXT NOT NULL, source TEXT, query TEXT NOT NULL,
    exact INTEGER NOT NULL CHECK (exact IN (0, 1)), accept_lo REAL, accept_hi REAL,
    estimate REAL, ci_lo REAL, ci_hi REAL, n INTEGER,
    verdict TEXT NOT NULL DEFAULT 'not_run'
        CHECK (verdict IN ('reproduced', 'not_reproduced', 'inconclusive', 'not_run')),
    PRIMARY KEY (experiment_id, ordinal), UNIQUE (experiment_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE figure (
    experiment_id INTEGER NOT NULL REFERENCES experiment ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (experiment_id, ordinal)
) STRICT, WITHOUT ROWID;

-- Resolved keys of a point, shared by its replicates and by equal points of other experiments.
CREATE TABLE param_set (
    param_set_id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE param (
    param_set_id INTEGER NOT NULL REFERENCES param_set ON DELETE CASCADE,
    path TEXT NOT NULL, value ANY,
    PRIMARY KEY (param_set_id, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX param_value ON param (path, value);

CREATE TABLE run (
    run_id        INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL REFERENCES experiment ON DELETE CASCADE,
    ordinal       INTEGER NOT NULL, -- order of the file
    assignment    TEXT NOT NULL,    -- canonical JSON of the swept keys
    replicate     INTEGER NOT NULL,
    seed          TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('pending', 'running', 'done', 'failed')),
    source TEXT NOT NULL, predictor TEXT NOT NULL, objective TEXT, seq_len INTEGER NOT NULL,
    param_set_id  INTEGER NOT NULL REFERENCES param_set,
    wall_s REAL, digest TEXT,
    UNIQUE (experiment_id, assignment, replicate)
) STRICT;
CREATE INDEX run_unfinished ON run (status) WHERE status <> 'done';
CREATE INDEX run_param_set ON run (param_set_id);

-- A verdict holds for the numbers it was judged on, and no longer.
CREATE TRIGGER run_changed AFTER UPDATE OF digest ON run WHEN old.digest IS NOT new.digest
BEGIN
    UPDATE claim SET estimate = NULL, ci_lo = NULL, ci_hi = NULL, n = NULL, verdict = 'not_run'
    WHERE experiment_id = new.experiment_id AND n IS NOT NULL;
END;
CREATE TRIGGER run_removed AFTER DELETE ON run
BEGIN
    UPDATE claim SET estimate = NULL, ci_lo = NULL, ci_hi = NULL, n = NULL, verdict = 'not_run'
    WHERE experiment_id = old.experiment_id AND n IS NOT NULL;
END;

-- Entry 0 is the training, called train; then the measures in the order of the file.
CREATE TABLE run_result (
    run_id    INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    ordinal   INTEGER NOT NULL,
    name      TEXT NOT NULL,
    result_id INTEGER NOT NULL REFERENCES result,
    train_step INTEGER, -- of a measure: steps of the training before it; NULL: nothing trains
    early     INTEGER CHECK (early = 1), -- measured before the training's end, else NULL
    PRIMARY KEY (run_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_result_of ON run_result (result_id);

-- nonfinite: "column=nan", "column=inf" or "column=-inf" for each REAL that is stored as NULL.
CREATE TABLE metrics_data (
    result_id INTEGER NOT NULL REFERENCES result ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    name TEXT NOT NULL, step INTEGER NOT NULL, value REAL, nonfinite TEXT,
    PRIMARY KEY (result_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE marginals_data (
    result_id INTEGER NOT NULL REFERENCES result ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    position INTEGER NOT NULL, token TEXT NOT NULL, p_model REAL, p_exact REAL, nonfinite TEXT,
    PRIMARY KEY (result_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE joints_data (
    result_id INTEGER NOT NULL REFERENCES result ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    outcome TEXT NOT NULL, p_chain REAL, p_product REAL, p_exact REAL, nonfinite TEXT,
    PRIMARY KEY (result_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE information_data (
    result_id INTEGER NOT NULL REFERENCES result ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    quantity TEXT NOT NULL, value REAL, exact REAL, nonfinite TEXT,
    PRIMARY KEY (result_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE distance_curves_data (
    result_id INTEGER NOT NULL REFERENCES result ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    side TEXT, position INTEGER, distance INTEGER, quantity TEXT NOT NULL, value REAL, exact REAL,
    bound REAL, nonfinite TEXT,
    PRIMARY KEY (result_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE samples_data (
    result_id INTEGER NOT NULL REFERENCES result ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    sampler TEXT NOT NULL, nfe INTEGER NOT NULL, draw INTEGER NOT NULL, tokens TEXT NOT NULL,
    coherent INTEGER, nonfinite TEXT,
    PRIMARY KEY (result_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE coherence_data (
    result_id INTEGER NOT NULL REFERENCES result ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    sampler TEXT NOT NULL, nfe REAL, draws INTEGER NOT NULL, rate REAL, exact_rate REAL,
    nll_nats_per_token REAL, bigram_tv REAL, nonfinite TEXT,
    PRIMARY KEY (result_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE sampler_error_data (
    result_id INTEGER NOT NULL REFERENCES result ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    sampler TEXT NOT NULL, nfe REAL, kl_nats REAL, kl_se_nats REAL, factorization_nats REAL,
    model_nats REAL, order_nats REAL, mixture_nats REAL, selection_nats REAL, coherence REAL,
    kind TEXT NOT NULL, reverse_kl_nats REAL, tv REAL, nonfinite TEXT,
    PRIMARY KEY (result_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE ledger_data (
    result_id INTEGER NOT NULL REFERENCES result ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    sampler TEXT NOT NULL, step INTEGER NOT NULL, factorization_nats REAL, model_nats REAL,
    order_nats REAL, nonfinite TEXT,
    PRIMARY KEY (result_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE certificates_data (
    result_id INTEGER NOT NULL REFERENCES result ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    sampler TEXT NOT NULL, step INTEGER NOT NULL, bound TEXT NOT NULL, draws INTEGER NOT NULL,
    value REAL, exact REAL, violations INTEGER NOT NULL, nonfinite TEXT,
    PRIMARY KEY (result_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE reveals_data (
    result_id INTEGER NOT NULL REFERENCES result ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    sampler TEXT NOT NULL, position INTEGER NOT NULL, mean_step REAL, sd_step REAL, nonfinite TEXT,
    PRIMARY KEY (result_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE schedules_data (
    result_id INTEGER NOT NULL REFERENCES result ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    j INTEGER NOT NULL, h_nats REAL, z_nats REAL, nonfinite TEXT,
    PRIMARY KEY (result_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE position_pairs_data (
    result_id INTEGER NOT NULL REFERENCES result ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    position_a INTEGER NOT NULL, position_b INTEGER NOT NULL, tv_model REAL, tv_exact REAL,
    nonfinite TEXT,
    PRIMARY KEY (result_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE plans_data (
    result_id INTEGER NOT NULL REFERENCES result ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    rule TEXT NOT NULL, nfe REAL, plan TEXT NOT NULL, kl_nats REAL, regret_nats REAL, against TEXT,
    nonfinite TEXT,
    PRIMARY KEY (result_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE likelihoods_data (
    result_id INTEGER NOT NULL REFERENCES result ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    sampler TEXT NOT NULL, nfe REAL, draws INTEGER NOT NULL, nll_nats_per_token REAL,
    nll_se_nats_per_token REAL, kind TEXT NOT NULL, nll_nats_per_character REAL, nonfinite TEXT,
    PRIMARY KEY (result_id, ordinal)
) STRICT, WITHOUT ROWID;

-- What the view nonfinite asks: rows that are rare, in tables that are not.
CREATE INDEX metrics_nonfinite ON metrics_data (result_id) WHERE nonfinite IS NOT NULL;
CREATE INDEX marginals_nonfinite ON marginals_data (result_id) WHERE nonfinite IS NOT NULL;
CREATE INDEX joints_nonfinite ON joints_data (result_id) WHERE nonfinite IS NOT NULL;
CREATE INDEX information_nonfinite ON information_data (result_id) WHERE nonfinite IS NOT NULL;
CREATE INDEX distance_curves_nonfinite ON distance_curves_data (result_id) WHERE nonfinite IS NOT NULL;
CREATE INDEX samples_nonfinite ON samples_data (result_id) WHERE nonfinite IS NOT NULL;
CREATE INDEX coherence_nonfinite ON coherence_data (result_id) WHERE nonfinite IS NOT NULL;
CREATE INDEX sampler_error_nonfinite ON sampler_error_data (result_id) WHERE nonfinite IS NOT NULL;
CREATE INDEX ledger_nonfinite ON ledger_data (result_id) WHERE nonfinite IS NOT NULL;
CREATE INDEX certificates_nonfinite ON certificates_data (result_id) WHERE nonfinite IS NOT NULL;
CREATE INDEX schedules_nonfinite ON schedules_data (result_id) WHERE nonfinite IS NOT NULL;
CREATE INDEX position_pairs_nonfinite ON position_pairs_data (result_id) WHERE nonfinite IS NOT NULL;
CREATE INDEX plans_nonfinite ON plans_data (result_id) WHERE nonfinite IS NOT NULL;
CREATE INDEX likelihoods_nonfinite ON likelihoods_data (result_id) WHERE nonfinite IS NOT NULL;
CREATE INDEX reveals_nonfinite ON reveals_data (result_id) WHERE nonfinite IS NOT NULL;

CREATE VIEW runs AS
    SELECT r.run_id, e.name AS experiment, r.replicate, r.seed, r.status, r.source, r.predictor,
           r.objective, r.seq_len, r.wall_s, r.digest
    FROM run r JOIN experiment e ON e.experiment_id = r.experiment_id;
CREATE VIEW params AS
    SELECT r.run_id, p.path, p.value FROM run r JOIN param p ON p.param_set_id = r.param_set_id;
CREATE VIEW metrics AS
    SELECT u.run_id, d.name, d.step, d.value
    FROM run_result u JOIN metrics_data d ON d.result_id = u.result_id;
-- X_along has what a measure said along a training ("at") and at its end; X has the end alone.
CREATE VIEW marginals_along AS
    SELECT u.run_id, u.train_step, u.early, u.name AS probe, d.position, d.token, d.p_model,
           d.p_exact
    FROM run_result u JOIN marginals_data d ON d.result_id = u.result_id;
CREATE VIEW marginals AS
    SELECT run_id, probe, position, token, p_model, p_exact
    FROM marginals_along WHERE early IS NULL;
CREATE VIEW joints_along AS
    SELECT u.run_id, u.train_step, u.early, u.name AS probe, d.outcome, d.p_chain, d.p_product,
           d.p_exact
    FROM run_result u JOIN joints_data d ON d.result_id = u.result_id;
CREATE VIEW joints AS
    SELECT run_id, probe, outcome, p_chain, p_product, p_exact
    FROM joints_along WHERE early IS NULL;
CREATE VIEW information_along AS
    SELECT u.run_id, u.train_step, u.early, u.name AS probe, d.quantity, d.value, d.exact
    FROM run_result u JOIN information_data d ON d.result_id = u.result_id;
CREATE VIEW information AS
    SELECT run_id, probe, quantity, value, exact FROM information_along WHERE early IS NULL;
CREATE VIEW distance_curves_along AS
    SELECT u.run_id, u.train_step, u.early, u.name AS probe, d.side, d.position, d.distance,
           d.quantity, d.value, d.exact, d.bound
    FROM run_result u JOIN distance_curves_data d ON d.result_id = u.result_id;
CREATE VIEW distance_curves AS
    SELECT run_id, probe, side, position, distance, quantity, value, exact, bound
    FROM distance_curves_along WHERE early IS NULL;
CREATE VIEW samples_along AS
    SELECT u.run_id, u.train_step, u.early, d.sampler, d.nfe, d.draw, d.tokens, d.coherent
    FROM run_result u JOIN samples_data d ON d.result_id = u.result_id;
CREATE VIEW samples AS
    SELECT run_id, sampler, nfe, draw, tokens, coherent FROM samples_along WHERE early IS NULL;
CREATE VIEW coherence_along AS
    SELECT u.run_id, u.train_step, u.early, d.sampler, d.nfe, d.draws, d.rate, d.exact_rate,
           d.nll_nats_per_token, d.bigram_tv
    FROM run_result u JOIN coherence_data d ON d.result_id = u.result_id;
CREATE VIEW coherence AS
    SELECT run_id, sampler, nfe, draws, rate, exact_rate, nll_nats_per_token, bigram_tv
    FROM coherence_along WHERE early IS NULL;
CREATE VIEW sampler_error_along AS
    SELECT u.run_id, u.train_step, u.early, d.sampler, d.nfe, d.kl_nats, d.kl_se_nats,
           d.factorization_nats, d.model_nats, d.order_nats, d.mixture_nats, d.selection_nats,
           d.coherence, d.kind, d.reverse_kl_nats, d.tv
    FROM run_result u JOIN sampler_error_data d ON d.result_id = u.result_id;
CREATE VIEW sampler_error AS
    SELECT run_id, sampler, nfe, kl_nats, kl_se_nats, factorization_nats, model_nats, order_nats,
           mixture_nats, selection_nats, coherence, kind, reverse_kl_nats, tv
    FROM sampler_error_along WHERE early IS NULL;
CREATE VIEW ledger_along AS
    SELECT u.run_id, u.train_step, u.early, d.sampler, d.step, d.factorization_nats, d.model_nats,
           d.order_nats
    FROM run_result u JOIN ledger_data d ON d.result_id = u.result_id;
CREATE VIEW ledger AS
    SELECT run_id, sampler, step, factorization_nats, model_nats, order_nats
    FROM ledger_along WHERE early IS NULL;
CREATE VIEW certificates_along AS
    SELECT u.run_id, u.train_step, u.early, d.sampler, d.step, d.bound, d.draws, d.value, d.exact,
           iif(d.exact IS NULL AND d.nonfinite IS NULL, NULL, d.violations) AS violations
    FROM run_result u JOIN certificates_data d ON d.result_id = u.result_id;
CREATE VIEW certificates AS
    SELECT run_id, sampler, step, bound, draws, value, exact, violations
    FROM certificates_along WHERE early IS NULL;
CREATE VIEW reveals_along AS
    SELECT u.run_id, u.train_step, u.early, u.name AS probe, d.sampler, d.position, d.mean_step,
           d.sd_step
    FROM run_result u JOIN reveals_data d ON d.result_id = u.result_id;
CREATE VIEW reveals AS
    SELECT run_id, probe, sampler, position, mean_step, sd_step
    FROM reveals_along WHERE early IS NULL;
CREATE VIEW schedules_along AS
    SELECT u.run_id, u.train_step, u.early, u.name AS probe, d.j, d.h_nats, d.z_nats
    FROM run_result u JOIN schedules_data d ON d.result_id = u.result_id;
CREATE VIEW schedules AS
    SELECT run_id, probe, j, h_nats, z_nats FROM schedules_along WHERE early IS NULL;
CREATE VIEW position_pairs_along AS
    SELECT u.run_id, u.train_step, u.early, u.name AS probe, d.position_a, d.position_b, d.tv_model,
           d.tv_exact
    FROM run_result u JOIN position_pairs_data d ON d.result_id = u.result_id;
CREATE VIEW position_pairs AS
    SELECT run_id, probe, position_a, position_b, tv_model, tv_exact
    FROM position_pairs_along WHERE early IS NULL;
CREATE VIEW plans_along AS
    SELECT u.run_id, u.train_step, u.early, u.name AS probe, d.rule, d.nfe, d.plan, d.kl_nats,
           d.regret_nats, d.against
    FROM run_result u JOIN plans_data d ON d.result_id = u.result_id;
CREATE VIEW plans AS
    SELECT run_id, probe, rule, nfe, plan, kl_nats, regret_nats, against
    FROM plans_along WHERE early IS NULL;
CREATE VIEW likelihoods_along AS
    SELECT u.run_id, u.train_step, u.early, d.sampler, d.nfe, d.draws, d.nll_nats_per_token,
           d.nll_se_nats_per_token, d.kind, d.nll_nats_per_character
    FROM run_result u JOIN likelihoods_data d ON d.result_id = u.result_id;
CREATE VIEW likelihoods AS
    SELECT run_id, sampler, nfe, draws, nll_nats_per_token, nll_se_nats_per_token, kind,
           nll_nats_per_character
    FROM likelihoods_along WHERE early IS NULL;
CREATE VIEW claims AS
    SELECT e.name AS experiment, c.about, c.name, c.source, c.accept_lo, c.accept_hi, c.estimate,
           c.ci_lo, c.ci_hi, c.n, c.verdict
    FROM experiment e JOIN claim c ON c.experiment_id = e.experiment_id;

-- A point in words short enough for a key: its swept keys whose values differ within the
-- experiment, an object by its name, task, file or kind; without any, the source's name or the
-- predictor. Lists have no short word, so points may end up alike: from the second on those are
-- numbered in the order of the file.
CREATE VIEW run_labels AS
    WITH swept AS (
        SELECT r.experiment_id, r.assignment, s.key AS path, s.value,
               CASE s.type
               WHEN 'array' THEN NULL
               WHEN 'text' THEN replace(s.value, '.tsv', '')
               WHEN 'object' THEN (
                   SELECT replace(o.value, '.tsv', '') FROM json_each(s.value) o
                   WHERE o.key IN ('name', 'task', 'rows_file', 'kind')
                   ORDER BY instr('name task rows_file kind', o.key) LIMIT 1)
               ELSE replace(s.key, rtrim(s.key, replace(s.key, '.', '')), '') || ' ' ||
                   CASE WHEN s.type IN ('true', 'false', 'null') THEN s.type ELSE s.value END
               END AS word
        FROM (SELECT DISTINCT experiment_id, assignment FROM run) r, json_each(r.assignment) s),
    varied AS (
        SELECT experiment_id, path, max(path = 'source.name') OVER (PARTITION BY experiment_id) AS named
        FROM swept GROUP BY experiment_id, path HAVING count(DISTINCT value) > 1),
    worded AS (
        SELECT experiment_id, assignment, group_concat(word, ', ') AS words
        FROM (SELECT s.* FROM swept s JOIN varied v USING (experiment_id, path)
              WHERE NOT v.named OR path NOT LIKE 'source.%' OR path = 'source.name'
              ORDER BY s.experiment_id, s.assignment, path)
        GROUP BY experiment_id, assignment),
    points AS (
        SELECT r.experiment_id, r.assignment, min(r.ordinal) AS ordinal,
               coalesce(w.words, (SELECT value FROM param WHERE param_set_id = r.param_set_id
                                  AND path = 'source.name'), r.predictor) AS words
        FROM run r LEFT JOIN worded w USING (experiment_id, assignment)
        GROUP BY r.experiment_id, r.assignment),
    numbered AS (
        SELECT *, row_number() OVER (PARTITION BY experiment_id, words ORDER BY ordinal) AS place
        FROM points)
    SELECT r.run_id, p.words || CASE WHEN p.place > 1 THEN ' #' || p.place ELSE '' END AS label
    FROM run r JOIN numbered p USING (experiment_id, assignment);

-- What figures begin with: the runs that are done, and the panel of each, with the number of its
-- replicates; and the settings of samplers, a row each.
CREATE VIEW done_runs AS
    SELECT *, label || iif(predictor IN ('oracle', 'trace'), '', ' (n = ' || n || ')') AS panel
    FROM (SELECT r.run_id, r.replicate, r.predictor, r.objective, r.seq_len,
                 coalesce((SELECT value FROM param WHERE param_set_id = r.param_set_id
                           AND path = 'source.name'), r.source) AS source_name,
                 l.label, count(*) OVER (PARTITION BY r.experiment_id, l.label) AS n
          FROM run r JOIN run_labels l USING (run_id) WHERE r.status = 'done');
CREATE VIEW sampler_settings AS
    SELECT run_id, sampler, max(value) FILTER (WHERE leaf = 'order') AS rule,
           max(value) FILTER (WHERE leaf = 'per_step') AS per_step,
           max(value) FILTER (WHERE leaf = 'steps') AS steps,
           max(value) FILTER (WHERE leaf = 'block') AS block,
           max(value) FILTER (WHERE leaf = 'tau') AS tau,
           max(value) FILTER (WHERE leaf = 'gamma') AS gamma,
           max(value) FILTER (WHERE leaf = 'draft') AS draft,
           max(value) FILTER (WHERE leaf = 'guidance') AS guidance
    FROM (SELECT run_id, value, substr(rest, 1, instr(rest, '.') - 1) AS sampler,
                 substr(rest, instr(rest, '.') + 1) AS leaf
          FROM (SELECT run_id, value, substr(path, instr(path, '.samplers.') + 10) AS rest
                FROM params WHERE path LIKE 'measure.%.samplers.%'))
    GROUP BY run_id, sampler;

-- What the driver itself asks, and what helps to find one's way.
CREATE VIEW results AS
    SELECT u.run_id, u.name || CASE WHEN u.early THEN '@' || u.train_step ELSE '' END AS name,
           t.kind, t.key, t.status, t.digest, t.wall_s, t.max_rss_kb,
           t.n_rows, t.error
    FROM run_result u JOIN result t ON t.result_id = u.result_id;
CREATE VIEW provenance AS
    SELECT u.run_id, u.name, t.created_at, v.host, v.os, v.cpu, v.n_cpu, v.compiler, v.cflags,
           v.kernel, v.blas, v.blas_core, v.blas_threads, v.libraries, v.git_commit, v.git_dirty,
           v.core_hash
    FROM run_result u JOIN result t ON t.result_id = u.result_id
         JOIN environment v ON v.environment_id = t.environment_id;
CREATE VIEW nonfinite AS
    SELECT u.run_id, u.name, 'metrics' AS view, d.ordinal AS row, d.nonfinite AS cells
    FROM run_result u JOIN metrics_data d ON d.result_id = u.result_id WHERE d.nonfinite IS NOT NULL
    UNION ALL
    SELECT u.run_id, u.name, 'marginals' AS view, d.ordinal AS row, d.nonfinite AS cells
    FROM run_result u JOIN marginals_data d ON d.result_id = u.result_id WHERE d.nonfinite IS NOT NULL
    UNION ALL
    SELECT u.run_id, u.name, 'joints' AS view, d.ordinal AS row, d.nonfinite AS cells
    FROM run_result u JOIN joints_data d ON d.result_id = u.result_id WHERE d.nonfinite IS NOT NULL
    UNION ALL
    SELECT u.run_id, u.name, 'information' AS view, d.ordinal AS row, d.nonfinite AS cells
    FROM run_result u JOIN information_data d ON d.result_id = u.result_id WHERE d.nonfinite IS NOT NULL
    UNION ALL
    SELECT u.run_id, u.name, 'distance_curves' AS view, d.ordinal AS row, d.nonfinite AS cells
    FROM run_result u JOIN distance_curves_data d ON d.result_id = u.result_id WHERE d.nonfinite IS NOT NULL
    UNION ALL
    SELECT u.run_id, u.name, 'samples' AS view, d.ordinal AS row, d.nonfinite AS cells
    FROM run_result u JOIN samples_data d ON d.result_id = u.result_id WHERE d.nonfinite IS NOT NULL
    UNION ALL
    SELECT u.run_id, u.name, 'coherence' AS view, d.ordinal AS row, d.nonfinite AS cells
    FROM run_result u JOIN coherence_data d ON d.result_id = u.result_id WHERE d.nonfinite IS NOT NULL
    UNION ALL
    SELECT u.run_id, u.name, 'sampler_error' AS view, d.ordinal AS row, d.nonfinite AS cells
    FROM run_result u JOIN sampler_error_data d ON d.result_id = u.result_id WHERE d.nonfinite IS NOT NULL
    UNION ALL
    SELECT u.run_id, u.name, 'ledger' AS view, d.ordinal AS row, d.nonfinite AS cells
    FROM run_result u JOIN ledger_data d ON d.result_id = u.result_id WHERE d.nonfinite IS NOT NULL
    UNION ALL
    SELECT u.run_id, u.name, 'certificates' AS view, d.ordinal AS row, d.nonfinite AS cells
    FROM run_result u JOIN certificates_data d ON d.result_id = u.result_id WHERE d.nonfinite IS NOT NULL
    UNION ALL
    SELECT u.run_id, u.name, 'reveals' AS view, d.ordinal AS row, d.nonfinite AS cells
    FROM run_result u JOIN reveals_data d ON d.result_id = u.result_id WHERE d.nonfinite IS NOT NULL
    UNION ALL
    SELECT u.run_id, u.name, 'schedules' AS view, d.ordinal AS row, d.nonfinite AS cells
    FROM run_result u JOIN schedules_data d ON d.result_id = u.result_id WHERE d.nonfinite IS NOT NULL
    UNION ALL
    SELECT u.run_id, u.name, 'position_pairs' AS view, d.ordinal AS row, d.nonfinite AS cells
    FROM run_result u JOIN position_pairs_data d ON d.result_id = u.result_id WHERE d.nonfinite IS NOT NULL
    UNION ALL
    SELECT u.run_id, u.name, 'plans' AS view, d.ordinal AS row, d.nonfinite AS cells
    FROM run_result u JOIN plans_data d ON d.result_id = u.result_id WHERE d.nonfinite IS NOT NULL
    UNION ALL
    SELECT u.run_id, u.name, 'likelihoods' AS view, d.ordinal AS row, d.nonfinite AS cells
    FROM run_result u JOIN likelihoods_data d ON d.result_id = u.result_id WHERE d.nonfinite IS NOT NULL;
CREATE VIEW experiments AS
    SELECT name, title, question, notes, path, sha256, updated_at, text, not_run FROM experiment;
CREATE VIEW claim_specs AS
    SELECT e.name AS experiment, c.ordinal, c.about, c.name, c.source, c.query, c.exact,
           c.accept_lo, c.accept_hi,
           coalesce(e.not_run, (SELECT k.value FROM json_each(e.text, '$.claims') j,
                                json_each(j.value) k, json_each(j.value) n
                                WHERE k.key = 'not_run' AND n.key = 'name' AND n.value = c.name))
           AS not_run
    FROM experiment e JOIN claim c ON c.experiment_id = e.experiment_id;
-- What the claims are about, in words: one section of the report each.
CREATE VIEW topics AS
    SELECT e.name AS experiment, max(k.value) FILTER (WHERE k.key = 'about') AS about,
           max(k.value) FILTER (WHERE k.key = 'title') AS title,
           max(k.value) FILTER (WHERE k.key = 'says') AS says,
           max(k.value) FILTER (WHERE k.key = 'short') AS short,
           max(k.value) FILTER (WHERE k.key = 'answer') AS answer,
           max(k.value) FILTER (WHERE k.key = 'not_run') AS not_run,
           max(k.value) FILTER (WHERE k.key = 'figures') AS figures
    FROM experiment e, json_each(e.text, '$.topics') t, json_each(t.value) k
    GROUP BY e.experiment_id, t.key;
CREATE VIEW figure_specs AS
    SELECT e.name AS experiment, f.ordinal, f.name AS figure
    FROM experiment e JOIN figure f ON f.experiment_id = e.experiment_id;
