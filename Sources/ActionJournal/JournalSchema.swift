import GRDB

/// The journal's tables and how they came to be. A migration that was released never changes: the next one comes after.
enum JournalSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: version1)
        }
        migrator.registerMigration("v2", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: version2)
        }
        migrator.registerMigration("v3", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: version3)
        }
        migrator.registerMigration("v4", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: version4)
        }
        migrator.registerMigration("v5", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: version5)
        }
        return migrator
    }

    /// Tables are STRICT, so that a value of the wrong type is refused and not converted.
    static let version1 = """
        CREATE TABLE meta (
            key TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE mailbox_progress (
            account TEXT NOT NULL,
            mailbox TEXT NOT NULL,
            uid_validity INTEGER NOT NULL CHECK (uid_validity BETWEEN 1 AND 4294967295),
            next_uid INTEGER NOT NULL CHECK (next_uid BETWEEN 1 AND 4294967295),
            highest_mod_seq INTEGER CHECK (highest_mod_seq >= 0),
            newest_internal_date INTEGER,
            last_complete_check INTEGER NOT NULL,
            PRIMARY KEY (account, mailbox)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE mirror (
            account TEXT NOT NULL,
            mailbox TEXT NOT NULL,
            uid_validity INTEGER NOT NULL CHECK (uid_validity BETWEEN 1 AND 4294967295),
            uid INTEGER NOT NULL CHECK (uid BETWEEN 1 AND 4294967295),
            flags TEXT NOT NULL,
            mod_seq INTEGER CHECK (mod_seq >= 0),
            changes INTEGER NOT NULL CHECK (changes >= 0),
            PRIMARY KEY (account, mailbox, uid)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE identity (
            account TEXT NOT NULL,
            key TEXT NOT NULL CHECK (key <> ''),
            mailbox TEXT NOT NULL,
            uid_validity INTEGER NOT NULL CHECK (uid_validity BETWEEN 1 AND 4294967295),
            uid INTEGER NOT NULL CHECK (uid BETWEEN 1 AND 4294967295),
            first_seen INTEGER NOT NULL,
            PRIMARY KEY (account, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE taken_out (
            account TEXT NOT NULL,
            mailbox TEXT NOT NULL,
            key TEXT NOT NULL CHECK (key <> ''),
            at INTEGER NOT NULL,
            PRIMARY KEY (account, mailbox, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE target_bound (
            account TEXT NOT NULL,
            mailbox TEXT NOT NULL,
            uid_validity INTEGER NOT NULL CHECK (uid_validity BETWEEN 1 AND 4294967295),
            uid_next INTEGER NOT NULL CHECK (uid_next BETWEEN 1 AND 4294967295),
            PRIMARY KEY (account, mailbox)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE plan (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            account TEXT NOT NULL,
            mailbox TEXT NOT NULL,
            uid_validity INTEGER NOT NULL CHECK (uid_validity BETWEEN 1 AND 4294967295),
            uid INTEGER NOT NULL CHECK (uid BETWEEN 1 AND 4294967295),
            trigger TEXT NOT NULL CHECK (trigger <> ''),
            time INTEGER NOT NULL,
            identity TEXT NOT NULL CHECK (identity <> ''),
            message_id TEXT NOT NULL,
            subject TEXT NOT NULL,
            sender TEXT NOT NULL,
            event TEXT NOT NULL,
            generation INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('proposed', 'planned', 'running', 'done', 'failed', 'rolled_back',
                'superseded', 'held', 'undone')),
            actions TEXT NOT NULL,
            evidence TEXT NOT NULL,
            flags TEXT NOT NULL,
            error TEXT,
            UNIQUE (account, mailbox, uid_validity, uid, trigger)
        ) STRICT;
        CREATE INDEX plan_state ON plan (state, account);
        CREATE INDEX plan_time ON plan (time);
        CREATE INDEX plan_identity ON plan (identity);
        CREATE INDEX plan_message_id ON plan (message_id);
        CREATE INDEX plan_trigger ON plan (trigger);

        CREATE TABLE plan_rule (
            plan INTEGER NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
            position INTEGER NOT NULL CHECK (position >= 0),
            rule TEXT NOT NULL,
            time INTEGER NOT NULL,
            PRIMARY KEY (plan, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX plan_rule_time ON plan_rule (rule, time);

        CREATE TABLE step (
            id INTEGER PRIMARY KEY,
            plan INTEGER NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
            position INTEGER NOT NULL CHECK (position >= 0),
            action INTEGER NOT NULL CHECK (action >= 0),
            kind TEXT NOT NULL CHECK (kind IN ('store_flags', 'create_folder', 'uid_copy', 'uid_move', 'mark_deleted',
                'uid_expunge', 'append', 'submit', 'notify', 'pipe')),
            arguments TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'waiting'
                CHECK (state IN ('waiting', 'begun', 'done', 'failed', 'unknown', 'superseded')),
            released INTEGER NOT NULL CHECK (released IN (0, 1)),
            precondition TEXT,
            outcome TEXT,
            attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
            not_before INTEGER,
            begun_at INTEGER,
            finished_at INTEGER,
            UNIQUE (plan, position),
            CHECK (state <> 'begun' OR (released = 1 AND precondition IS NOT NULL AND begun_at IS NOT NULL)),
            CHECK ((finished_at IS NULL) = (state IN ('waiting', 'begun')))
        ) STRICT;
        CREATE INDEX step_begun ON step (plan) WHERE state = 'begun';

        CREATE TRIGGER step_done_is_final BEFORE UPDATE OF state ON step
        WHEN OLD.state = 'done' AND NEW.state <> 'done'
        BEGIN SELECT RAISE(ABORT, 'a step that is done stays done'); END;

        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            step INTEGER NOT NULL REFERENCES step (id) ON DELETE CASCADE,
            recipient TEXT NOT NULL CHECK (recipient <> ''),
            sender TEXT NOT NULL,
            message_id TEXT NOT NULL CHECK (message_id <> ''),
            spool TEXT NOT NULL CHECK (spool <> ''),
            policy TEXT NOT NULL CHECK (policy IN ('resend', 'hold')),
            state TEXT NOT NULL CHECK (state IN ('waiting', 'ready', 'begun', 'dot_sent', 'accepted', 'refused',
                'unknown', 'held', 'superseded')),
            not_before INTEGER,
            begun INTEGER NOT NULL DEFAULT 0 CHECK (begun >= 0),
            begun_at INTEGER,
            UNIQUE (step, recipient),
            CHECK (state NOT IN ('begun', 'dot_sent') OR begun > 0)
        ) STRICT;
        CREATE INDEX outbox_state ON outbox (state, not_before);

        CREATE TRIGGER outbox_accepted_is_final BEFORE UPDATE OF state ON outbox
        WHEN OLD.state = 'accepted' AND NEW.state <> 'accepted'
        BEGIN SELECT RAISE(ABORT, 'what was accepted is not sent again'); END;

        CREATE TABLE attempt (
            outbox INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
            number INTEGER NOT NULL CHECK (number > 0),
            time INTEGER NOT NULL,
            result TEXT NOT NULL CHECK (result IN ('accepted', 'refused', 'deferred', 'unknown')),
            text TEXT NOT NULL,
            PRIMARY KEY (outbox, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE sent (
            outbox INTEGER PRIMARY KEY,
            account TEXT NOT NULL,
            identity TEXT NOT NULL,
            target TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX sent_target ON sent (target, at);
        CREATE INDEX sent_account ON sent (account, at);
        CREATE INDEX sent_identity ON sent (identity, target);

        CREATE TABLE timer (
            id INTEGER PRIMARY KEY,
            plan INTEGER NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
            action INTEGER NOT NULL CHECK (action >= 0),
            due INTEGER NOT NULL,
            recheck INTEGER NOT NULL CHECK (recheck IN (0, 1)),
            UNIQUE (plan, action)
        ) STRICT;
        CREATE INDEX timer_due ON timer (due);

        CREATE TABLE rule_state (
            rule TEXT NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            expires INTEGER,
            PRIMARY KEY (rule, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE paused (
            kind TEXT NOT NULL CHECK (kind IN ('everything', 'account', 'rule')),
            name TEXT NOT NULL,
            until INTEGER,
            since INTEGER NOT NULL,
            PRIMARY KEY (kind, name),
            CHECK ((kind = 'everything') = (name = ''))
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE saved_sweep (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            time INTEGER NOT NULL,
            query TEXT NOT NULL
        ) STRICT;

        CREATE TABLE saved_sweep_row (
            number INTEGER NOT NULL REFERENCES saved_sweep (number) ON DELETE CASCADE,
            position INTEGER NOT NULL CHECK (position >= 0),
            row TEXT NOT NULL,
            PRIMARY KEY (number, position)
        ) STRICT, WITHOUT ROWID;
        """

    /// How far a mirror is built and in step, what is kept of its messages for the day they are removed, and what a plan's
    /// flags event was.
    static let version2 = """
        CREATE TABLE mirror_state (
            account TEXT NOT NULL,
            mailbox TEXT NOT NULL,
            uid_validity INTEGER NOT NULL CHECK (uid_validity BETWEEN 1 AND 4294967295),
            built_to INTEGER NOT NULL CHECK (built_to BETWEEN 1 AND 4294967295),
            is_complete INTEGER NOT NULL CHECK (is_complete IN (0, 1)),
            mod_seq INTEGER CHECK (mod_seq > 0),
            fields TEXT,
            PRIMARY KEY (account, mailbox)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE mirror_facts (
            account TEXT NOT NULL,
            mailbox TEXT NOT NULL,
            uid INTEGER NOT NULL,
            identity TEXT NOT NULL CHECK (identity <> ''),
            internal_date INTEGER NOT NULL,
            size INTEGER NOT NULL CHECK (size >= 0),
            header BLOB NOT NULL,
            header_is_whole INTEGER NOT NULL CHECK (header_is_whole IN (0, 1)),
            PRIMARY KEY (account, mailbox, uid),
            FOREIGN KEY (account, mailbox, uid) REFERENCES mirror (account, mailbox, uid) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;

        ALTER TABLE plan ADD COLUMN flag_change TEXT;
        """

    /// What rules may do in a time, and when scheduled ones are due.
    ///
    /// `counted`: the plan went ahead and counts for this rule's limit.
    static let version3 = """
        ALTER TABLE plan_rule ADD COLUMN counted INTEGER NOT NULL DEFAULT 0 CHECK (counted IN (0, 1));
        CREATE INDEX plan_rule_counted ON plan_rule (rule, time) WHERE counted = 1;

        CREATE TABLE rule_limit (
            rule TEXT NOT NULL PRIMARY KEY,
            allowance INTEGER NOT NULL DEFAULT 0 CHECK (allowance >= 0),
            allowed_until INTEGER NOT NULL DEFAULT 0,
            last_held INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE schedule (
            account TEXT NOT NULL,
            rule TEXT NOT NULL,
            times TEXT NOT NULL CHECK (times <> ''),
            due INTEGER NOT NULL,
            mailbox TEXT,
            uid_validity INTEGER CHECK (uid_validity BETWEEN 1 AND 4294967295),
            uid INTEGER CHECK (uid BETWEEN 1 AND 4294967295),
            PRIMARY KEY (account, rule),
            CHECK ((mailbox IS NULL) = (uid IS NULL) AND (mailbox IS NULL) = (uid_validity IS NULL))
        ) STRICT, WITHOUT ROWID;
        """

    /// What the code relies on, told by the journal itself; and indexes for what is asked of a large one.
    ///
    /// Triggers, since they can be added to tables that are there. They look at changes only: what an older journal holds
    /// stays as it is.
    static let version4 = """
        CREATE TRIGGER removal_needs_its_copy BEFORE UPDATE OF state ON step
        WHEN NEW.state = 'begun' AND NEW.kind IN ('mark_deleted', 'uid_expunge')
            AND json_extract(NEW.arguments, '$.copyStep') IS NOT NULL
            AND NOT EXISTS (
                SELECT 1 FROM step AS copy WHERE copy.plan = NEW.plan AND copy.state = 'done'
                    AND copy.kind IN ('uid_copy', 'uid_move', 'append')
                    AND copy.position = json_extract(NEW.arguments, '$.copyStep'))
        BEGIN SELECT RAISE(ABORT, 'no source is removed before its copy is made'); END;

        CREATE TRIGGER step_stays_in_its_plan BEFORE UPDATE OF plan, position, kind, arguments ON step
        WHEN NEW.plan <> OLD.plan OR NEW.position <> OLD.position OR NEW.kind <> OLD.kind
            OR NEW.arguments <> OLD.arguments
        BEGIN SELECT RAISE(ABORT, 'what a step does is decided once'); END;

        CREATE TRIGGER sent_step_is_settled BEFORE UPDATE OF state ON step
        WHEN NEW.state IN ('done', 'failed') AND NEW.kind = 'submit'
            AND EXISTS (
                SELECT 1 FROM outbox WHERE outbox.step = NEW.id
                    AND (outbox.state IN ('ready', 'begun', 'dot_sent', 'unknown')
                        OR NEW.state = 'done' AND outbox.state NOT IN ('accepted', 'superseded')))
        BEGIN SELECT RAISE(ABORT, 'a step is not finished while its messages are to be sent'); END;

        CREATE TRIGGER outbox_waits_for_release BEFORE UPDATE OF state ON outbox
        WHEN NEW.state IN ('ready', 'begun', 'dot_sent', 'accepted')
            AND EXISTS (SELECT 1 FROM step WHERE step.id = NEW.step AND step.released = 0)
        BEGIN SELECT RAISE(ABORT, 'what is not released is not sent'); END;

        CREATE TRIGGER outbox_is_released BEFORE INSERT ON outbox
        WHEN NEW.state <> 'waiting' AND EXISTS (SELECT 1 FROM step WHERE step.id = NEW.step AND step.released = 0)
        BEGIN SELECT RAISE(ABORT, 'what is not released is not sent'); END;

        CREATE TRIGGER outbox_is_begun_first BEFORE UPDATE OF state ON outbox
        WHEN NEW.state = 'accepted' AND OLD.state <> 'accepted' AND NEW.begun = 0
        BEGIN SELECT RAISE(ABORT, 'nothing is accepted that was not begun'); END;

        CREATE TRIGGER outbox_keeps_its_message BEFORE UPDATE OF step, recipient, message_id, spool ON outbox
        WHEN NEW.step <> OLD.step OR NEW.recipient <> OLD.recipient OR NEW.message_id <> OLD.message_id
            OR NEW.spool <> OLD.spool
        BEGIN SELECT RAISE(ABORT, 'each attempt sends the same message'); END;

        CREATE TRIGGER finished_plan_has_no_open_step BEFORE UPDATE OF state ON plan
        WHEN NEW.state = 'done' AND OLD.state <> NEW.state
            AND EXISTS (SELECT 1 FROM step WHERE step.plan = NEW.id AND step.state IN ('waiting', 'begun'))
        BEGIN SELECT RAISE(ABORT, 'a plan is not finished while a step is open'); END;

        CREATE INDEX step_append ON step (plan) WHERE kind = 'append';
        CREATE INDEX outbox_message_id ON outbox (message_id);
        """

    /// Evidence apart from its plan: it is most of what a plan says and never changes, while the plan's state does, and
    /// SQLite writes a whole row when any of it changes.
    static let version5 = """
        CREATE TABLE plan_evidence (
            plan INTEGER NOT NULL PRIMARY KEY REFERENCES plan (id) ON DELETE CASCADE,
            evidence TEXT NOT NULL CHECK (evidence <> '[]')
        ) STRICT;
        INSERT INTO plan_evidence SELECT id, evidence FROM plan WHERE evidence <> '[]';
        ALTER TABLE plan DROP COLUMN evidence;
        """
}
