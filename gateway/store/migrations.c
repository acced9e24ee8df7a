/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The schema, by numbered steps that only go forward. A database of a newer program is refused. Times are epoch
 * milliseconds; small integers that repeat are names (names.h) or enumerations of gateway/model.
 */
#include "gateway/store/internal.h"

#include <stdio.h>

/* How many of a campaign's messages wait to leave, and what the attempts of those that left cost (campaign_made.h). */
#define HOLDS(more, row) " UPDATE campaign_trigger SET held = held + " more " WHERE trigger = (SELECT trigger FROM notice WHERE id = " row ".notice);"
#define SPENDS(more)                                                                                                       \
    " UPDATE campaign_trigger SET spent = spent + " more " WHERE trigger = (SELECT n.trigger FROM message m JOIN notice n"  \
    " ON n.id = m.notice WHERE m.id = NEW.message AND m.flags & 128)"                                                        \
    " AND EXISTS(SELECT 1 FROM campaign c WHERE c.id = campaign_trigger.campaign AND c.currency = NEW.currency);"

static const char *const steps[] = {
    /* 1: numbers, keys, names */
    "CREATE TABLE number(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE key_check(id INTEGER PRIMARY KEY, value BLOB NOT NULL) STRICT;"
    "CREATE TABLE name(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, text TEXT NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX name_by_text ON name(kind, text);",

    /* 2: people and what they agreed to */
    "CREATE TABLE recipient(id INTEGER PRIMARY KEY, language TEXT NOT NULL, script TEXT NOT NULL, created_ms INTEGER NOT NULL,"
    " stopped_ms INTEGER NOT NULL DEFAULT 0) STRICT;"
    /* recipient NULL: an address nobody is known by, kept while something is on its way to it */
    "CREATE TABLE address(id INTEGER PRIMARY KEY, recipient INTEGER REFERENCES recipient(id), channel INTEGER NOT NULL,"
    " value BLOB NOT NULL, blind BLOB NOT NULL, created_ms INTEGER NOT NULL, blocked_ms INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE UNIQUE INDEX address_by_value ON address(channel, blind);"
    "CREATE INDEX address_by_recipient ON address(recipient, channel, id);"
    "CREATE TABLE tag(tag INTEGER NOT NULL, recipient INTEGER NOT NULL REFERENCES recipient(id), PRIMARY KEY(tag, recipient)) STRICT,"
    " WITHOUT ROWID;"
    "CREATE INDEX tag_by_recipient ON tag(recipient);"
    "CREATE TABLE suppression(channel INTEGER NOT NULL, blind BLOB NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY(channel, blind)) STRICT,"
    " WITHOUT ROWID;"

    "CREATE TABLE ledger(id INTEGER PRIMARY KEY, recipient INTEGER NOT NULL, topic INTEGER NOT NULL, channel INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, at_ms INTEGER NOT NULL, given_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, how TEXT NOT NULL,"
    " wording TEXT NOT NULL, language TEXT NOT NULL, by TEXT NOT NULL, link BLOB NOT NULL) STRICT;"
    /* the newest event of each consent: what the ledger says now */
    "CREATE TABLE consent(recipient INTEGER NOT NULL, topic INTEGER NOT NULL, channel INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " until_ms INTEGER NOT NULL, event INTEGER NOT NULL, PRIMARY KEY(recipient, topic, channel)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX consent_by_topic ON consent(topic, channel, recipient) WHERE kind = 3;",

    /* 3: what is said, and the queue */
    "CREATE TABLE notice(id INTEGER PRIMARY KEY, trigger INTEGER NOT NULL DEFAULT 0, class INTEGER NOT NULL, topic INTEGER NOT NULL,"
    " template TEXT NOT NULL, vals TEXT NOT NULL, created_ms INTEGER NOT NULL, digest BLOB) STRICT;"
    "CREATE UNIQUE INDEX notice_by_digest ON notice(digest) WHERE digest IS NOT NULL;"
    "CREATE TABLE text_version(id INTEGER PRIMARY KEY, name TEXT NOT NULL, language TEXT NOT NULL, rendering TEXT NOT NULL,"
    " hash BLOB NOT NULL, body TEXT NOT NULL, created_ms INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX text_version_by_hash ON text_version(name, language, rendering, hash);"

    "CREATE TABLE trigger(id INTEGER PRIMARY KEY, publisher INTEGER NOT NULL, state INTEGER NOT NULL, digest BLOB NOT NULL,"
    " source TEXT NOT NULL, event_id TEXT NOT NULL, type TEXT NOT NULL, received_ms INTEGER NOT NULL, notice INTEGER NOT NULL,"
    " audience TEXT NOT NULL, send_at_ms INTEGER NOT NULL, valid_until_ms INTEGER NOT NULL, priority INTEGER NOT NULL,"
    " route INTEGER NOT NULL, cursor INTEGER NOT NULL DEFAULT 0, planned INTEGER NOT NULL DEFAULT 0, ceiling INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX trigger_by_event ON trigger(digest);"
    "CREATE INDEX trigger_live ON trigger(state, id) WHERE state < 3;"

    "CREATE TABLE message(id INTEGER PRIMARY KEY, recipient INTEGER NOT NULL, address INTEGER NOT NULL, notice INTEGER NOT NULL,"
    " version INTEGER NOT NULL, topic INTEGER NOT NULL, channel INTEGER NOT NULL, class INTEGER NOT NULL, route INTEGER NOT NULL,"
    " priority INTEGER NOT NULL, state INTEGER NOT NULL, reason INTEGER NOT NULL, flags INTEGER NOT NULL, attempts INTEGER NOT NULL,"
    " account INTEGER NOT NULL, due_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,"
    " act_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX message_waiting ON message(route, priority, due_ms) WHERE state < 3;"
    "CREATE INDEX message_expiring ON message(expires_ms) WHERE state < 3;"
    "CREATE INDEX message_open ON message(due_ms) WHERE state BETWEEN 4 AND 7;"
    "CREATE INDEX message_by_notice ON message(notice);"
    "CREATE INDEX message_by_address ON message(address);"
    "CREATE TABLE message_count(state INTEGER PRIMARY KEY, count INTEGER NOT NULL) STRICT;",

    /* 4: hand-overs and what came back */
    "CREATE TABLE attempt(id INTEGER PRIMARY KEY, message INTEGER NOT NULL, account INTEGER NOT NULL, state INTEGER NOT NULL,"
    " reason INTEGER NOT NULL, gate INTEGER NOT NULL, opened_ms INTEGER NOT NULL, settled_ms INTEGER NOT NULL, price INTEGER NOT NULL,"
    " parts INTEGER NOT NULL, provider BLOB, provider_id BLOB, code TEXT) STRICT;"
    "CREATE INDEX attempt_by_message ON attempt(message);"
    "CREATE INDEX attempt_by_provider ON attempt(provider) WHERE provider IS NOT NULL;"
    "CREATE INDEX attempt_open ON attempt(id) WHERE state = 0;"
    "CREATE TABLE receipt(attempt INTEGER NOT NULL, state INTEGER NOT NULL, code TEXT NOT NULL, at_ms INTEGER NOT NULL,"
    " PRIMARY KEY(attempt, state, code)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE parked(id INTEGER PRIMARY KEY, account INTEGER NOT NULL, provider BLOB NOT NULL, state INTEGER NOT NULL,"
    " code TEXT NOT NULL, at_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX parked_by_provider ON parked(provider);"
    "CREATE INDEX parked_by_end ON parked(until_ms);"

    "CREATE TABLE reply(id INTEGER PRIMARY KEY, account INTEGER NOT NULL, channel INTEGER NOT NULL, address INTEGER NOT NULL,"
    " recipient INTEGER NOT NULL, intent INTEGER NOT NULL, message INTEGER NOT NULL, at_ms INTEGER NOT NULL, digest BLOB NOT NULL,"
    " text BLOB NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX reply_by_digest ON reply(digest);"
    "CREATE INDEX reply_by_address ON reply(address, intent, at_ms);"
    "CREATE INDEX reply_by_time ON reply(at_ms);"
    "CREATE TABLE rsvp(id INTEGER PRIMARY KEY, recipient INTEGER NOT NULL, trigger INTEGER NOT NULL, reply INTEGER NOT NULL,"
    " yes INTEGER NOT NULL, heads INTEGER NOT NULL, at_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX rsvp_by_trigger ON rsvp(trigger, recipient, id);",

    /* 5: what is told, jobs, and who did what */
    "CREATE TABLE outbox(id INTEGER PRIMARY KEY, topic TEXT NOT NULL, content_type TEXT NOT NULL, correlation BLOB NOT NULL,"
    " payload BLOB NOT NULL, created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE job(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, state INTEGER NOT NULL, digest BLOB NOT NULL,"
    " cursor INTEGER NOT NULL, total INTEGER NOT NULL, count0 INTEGER NOT NULL, count1 INTEGER NOT NULL, count2 INTEGER NOT NULL,"
    " count3 INTEGER NOT NULL, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX job_by_digest ON job(kind, digest);"
    "CREATE TABLE audit(id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,"
    " object TEXT NOT NULL, detail TEXT NOT NULL) STRICT;",

    /* 6: why something is on hold; replies that come in parts */
    "CREATE TABLE remark(name TEXT PRIMARY KEY, words TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    /* text empty: joined, kept so that a repeat is known */
    "CREATE TABLE reply_part(id INTEGER PRIMARY KEY, account INTEGER NOT NULL, sender BLOB NOT NULL, reference INTEGER NOT NULL,"
    " total INTEGER NOT NULL, part INTEGER NOT NULL, coding INTEGER NOT NULL, at_ms INTEGER NOT NULL, named INTEGER NOT NULL, digest BLOB NOT NULL,"
    " address BLOB NOT NULL, text BLOB NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX reply_part_by_sender ON reply_part(account, sender, reference, total, part);"
    "CREATE INDEX reply_part_by_time ON reply_part(at_ms);",

    /* 7: the consent ledger's keys, anchors and texts shown. It only grows, but for what lies before an anchor */
    "ALTER TABLE ledger ADD COLUMN key INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE ledger ADD COLUMN shown INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX ledger_by_person ON ledger(recipient, topic, channel);"
    "CREATE TABLE ledger_anchor(id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, made_ms INTEGER NOT NULL, key INTEGER NOT NULL,"
    " link BLOB NOT NULL, mac BLOB NOT NULL) STRICT;"
    "CREATE TABLE shown(id INTEGER PRIMARY KEY, version INTEGER NOT NULL REFERENCES text_version(id), hash BLOB NOT NULL,"
    " text TEXT NOT NULL, created_ms INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX shown_by_hash ON shown(version, hash);"
    "CREATE TRIGGER ledger_grows BEFORE INSERT ON ledger WHEN NEW.id <> 1 + max(ifnull((SELECT max(id) FROM ledger), 0),"
    " ifnull((SELECT max(id) FROM ledger_anchor), 0)) BEGIN SELECT RAISE(ABORT, 'the consent ledger grows at its end'); END;"
    "CREATE TRIGGER ledger_fixed BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the consent ledger is not changed'); END;"
    "CREATE TRIGGER ledger_kept BEFORE DELETE ON ledger WHEN OLD.id > ifnull((SELECT max(id) FROM ledger_anchor), 0)"
    " BEGIN SELECT RAISE(ABORT, 'the consent ledger is pruned behind an anchor'); END;"
    "CREATE TRIGGER anchor_grows BEFORE INSERT ON ledger_anchor WHEN NEW.id <= ifnull((SELECT max(id) FROM ledger_anchor), 0)"
    " OR NOT EXISTS(SELECT 1 FROM ledger WHERE id = NEW.id AND link = NEW.link)"
    " BEGIN SELECT RAISE(ABORT, 'an anchor holds an entry that is there'); END;"
    "CREATE TRIGGER anchor_fixed BEFORE UPDATE ON ledger_anchor BEGIN SELECT RAISE(ABORT, 'an anchor is not changed'); END;"
    "CREATE TRIGGER anchor_kept BEFORE DELETE ON ledger_anchor WHEN OLD.id = (SELECT max(id) FROM ledger_anchor)"
    " BEGIN SELECT RAISE(ABORT, 'the newest anchor stays'); END;"
    "CREATE TRIGGER shown_fixed BEFORE UPDATE ON shown BEGIN SELECT RAISE(ABORT, 'a text somebody was shown is not changed'); END;"
    "CREATE TRIGGER shown_kept BEFORE DELETE ON shown BEGIN SELECT RAISE(ABORT, 'a text somebody was shown stays'); END;"
    "CREATE TRIGGER text_version_fixed BEFORE UPDATE OF id, name, language, rendering, hash, body ON text_version"
    " BEGIN SELECT RAISE(ABORT, 'a text version is not changed'); END;"
    "CREATE TRIGGER text_version_kept BEFORE DELETE ON text_version WHEN EXISTS(SELECT 1 FROM shown WHERE version = OLD.id)"
    " BEGIN SELECT RAISE(ABORT, 'a text version somebody agreed to stays'); END;"
    /* asked_ms: when the renewal of a consent was asked for */
    "ALTER TABLE consent ADD COLUMN asked_ms INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX consent_ending ON consent(until_ms) WHERE kind = 3 AND until_ms > 0;"
    "CREATE INDEX consent_renewing ON consent(topic, until_ms) WHERE kind = 3 AND until_ms > 0 AND asked_ms = 0;"
    "CREATE INDEX consent_invited ON consent(event) WHERE kind < 3;"
    /* addresses that did not answer, by blind index: not asked again before this moment */
    "CREATE TABLE silent(channel INTEGER NOT NULL, blind BLOB NOT NULL, until_ms INTEGER NOT NULL, PRIMARY KEY(channel, blind)) STRICT,"
    " WITHOUT ROWID;"
    "CREATE INDEX silent_by_end ON silent(until_ms);",
    /* 8: how a person shows that an address is theirs */
    "CREATE TABLE pass(id INTEGER PRIMARY KEY, token BLOB NOT NULL, state INTEGER NOT NULL, channel INTEGER NOT NULL, value BLOB NOT NULL,"
    " code BLOB NOT NULL, tries INTEGER NOT NULL, recipient INTEGER NOT NULL, created_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX pass_by_token ON pass(token);"
    "CREATE INDEX pass_asked ON pass(id) WHERE state = 0;"
    "CREATE INDEX pass_by_recipient ON pass(recipient, created_ms);"
    "CREATE INDEX pass_by_end ON pass(until_ms);"
    "CREATE TABLE session(token BLOB PRIMARY KEY, recipient INTEGER NOT NULL, created_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL) STRICT,"
    " WITHOUT ROWID;"
    "CREATE INDEX session_by_recipient ON session(recipient);"
    "CREATE INDEX session_by_end ON session(until_ms);",

    /* 9: replies for a person to read; echo: tells the same words of one address again without keeping them readable */
    "CREATE TABLE inbox(id INTEGER PRIMARY KEY, address INTEGER NOT NULL, recipient INTEGER NOT NULL, channel INTEGER NOT NULL,"
    " account INTEGER NOT NULL, language TEXT NOT NULL, script TEXT NOT NULL, state INTEGER NOT NULL, subject INTEGER NOT NULL,"
    " assigned TEXT NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, replies INTEGER NOT NULL, told_ms INTEGER NOT NULL,"
    " closed_ms INTEGER NOT NULL, closed_by TEXT NOT NULL, message INTEGER NOT NULL, words BLOB) STRICT;"
    "CREATE INDEX inbox_open ON inbox(first_ms) WHERE state = 1;"
    "CREATE INDEX inbox_of_address ON inbox(address, state);"
    "CREATE INDEX inbox_by_time ON inbox(last_ms);"
    "ALTER TABLE reply ADD COLUMN inbox INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE reply ADD COLUMN echo BLOB NOT NULL DEFAULT x'';"
    "CREATE INDEX reply_by_inbox ON reply(inbox) WHERE inbox <> 0;"
    "CREATE INDEX reply_by_echo ON reply(address, echo, at_ms);",

    /* 10: how far an account has read what its provider keeps */
    "CREATE TABLE cursor(account INTEGER PRIMARY KEY, adapter TEXT NOT NULL, value BLOB NOT NULL, updated_ms INTEGER NOT NULL) STRICT;",

    /* 11: when a provider is to be asked what became of an attempt, and how often it was; 0 = not, or no more */
    "ALTER TABLE attempt ADD COLUMN ask_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE attempt ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX attempt_to_ask ON attempt(ask_ms) WHERE ask_ms > 0;",

    /* 12: people who want to be forgotten */
    /* whose entries in the ledger somebody's are, for who knows the address and has the key */
    "CREATE TABLE proof(pseudonym BLOB NOT NULL, recipient INTEGER NOT NULL, key INTEGER NOT NULL, until_ms INTEGER NOT NULL,"
    " PRIMARY KEY(pseudonym, recipient)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX proof_by_end ON proof(until_ms);"
    /* the last message to somebody forgotten, and the address it still needs */
    "CREATE TABLE farewell(message INTEGER PRIMARY KEY, address INTEGER NOT NULL) STRICT;",

    /* 13: the journal: under which key a suppressed address is known, and what could not be written into the file yet */
    "ALTER TABLE suppression ADD COLUMN key INTEGER NOT NULL DEFAULT 0;"
    "UPDATE suppression SET key = coalesce((SELECT min(id) FROM key_check), 0);"
    "CREATE TABLE journal_owed(id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind INTEGER NOT NULL, key INTEGER NOT NULL,"
    " hash BLOB NOT NULL, channel TEXT NOT NULL) STRICT;",

    /* 14: when a message was due that is uncertain since a restore */
    "CREATE TABLE held_due(message INTEGER PRIMARY KEY, due_ms INTEGER NOT NULL) STRICT;",

    /* 15: what stays of messages and answers to invitations when they are no longer needed one by one */
    "CREATE TABLE trigger_total(trigger INTEGER NOT NULL, state INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY(trigger, state))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE rsvp_total(trigger INTEGER PRIMARY KEY, yes INTEGER NOT NULL, no INTEGER NOT NULL, heads INTEGER NOT NULL) STRICT;",

    /* 16: under which key a receipt is parked, and somebody's silence kept */
    "ALTER TABLE parked ADD COLUMN key INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE silent ADD COLUMN key INTEGER NOT NULL DEFAULT 0;",

    /* 17: circles: whom a key person signed up and who were told so; her sign-ups of a day; how many people a day */
    "CREATE TABLE circle(id INTEGER PRIMARY KEY, user INTEGER NOT NULL, name TEXT NOT NULL, created_ms INTEGER NOT NULL,"
    " left_ms INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE UNIQUE INDEX circle_by_user ON circle(user);"
    /* told_ms 0: asked by `question`, and in no circle yet */
    "CREATE TABLE circle_member(recipient INTEGER PRIMARY KEY REFERENCES recipient(id), circle INTEGER NOT NULL,"
    " question INTEGER NOT NULL, since_ms INTEGER NOT NULL, told_ms INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX circle_member_by_circle ON circle_member(circle, recipient) WHERE told_ms > 0;"
    "CREATE INDEX circle_member_of_circle ON circle_member(circle);"
    "CREATE INDEX circle_member_asked ON circle_member(since_ms) WHERE told_ms = 0;"
    "CREATE TABLE signup(id INTEGER PRIMARY KEY, user INTEGER NOT NULL, at_ms INTEGER NOT NULL, masked BLOB NOT NULL,"
    " question INTEGER NOT NULL, answered INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX signup_by_user ON signup(user, id);"
    "CREATE INDEX signup_by_question ON signup(question) WHERE question <> 0;"
    "CREATE TABLE circle_day(user INTEGER NOT NULL, day INTEGER NOT NULL, count INTEGER NOT NULL, more INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, PRIMARY KEY(user, day)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE publisher_day(publisher INTEGER NOT NULL, day INTEGER NOT NULL, people INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " PRIMARY KEY(publisher, day)) STRICT, WITHOUT ROWID;",

    /* 18: which text was read aloud, by whom; of exactly these words: a changed text is unread again */
    "CREATE TABLE text_read(id INTEGER PRIMARY KEY, name TEXT NOT NULL, tag TEXT NOT NULL, hash BLOB NOT NULL, reader TEXT NOT NULL,"
    " at_ms INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX text_read_by_words ON text_read(name, tag, hash, reader);"
    "CREATE TRIGGER text_read_fixed BEFORE UPDATE ON text_read BEGIN SELECT RAISE(ABORT, 'that a text was read is not changed'); END;"
    "CREATE TRIGGER text_read_kept BEFORE DELETE ON text_read BEGIN SELECT RAISE(ABORT, 'that a text was read stays'); END;",

    /* 19: links that bind a chat to a person */
    "CREATE TABLE deep_link(id INTEGER PRIMARY KEY, code BLOB NOT NULL, recipient INTEGER NOT NULL, channel INTEGER NOT NULL,"
    " state INTEGER NOT NULL, topics TEXT NOT NULL, made_by TEXT NOT NULL, created_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,"
    " used_ms INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX deep_link_by_code ON deep_link(code);"
    "CREATE INDEX deep_link_of ON deep_link(recipient, channel);"
    "CREATE INDEX deep_link_by_end ON deep_link(until_ms);",

    /* 20: addresses on their way to a person: new_code empty = it cannot become theirs; how many forms a session has sent */
    "CREATE TABLE move(id INTEGER PRIMARY KEY, recipient INTEGER NOT NULL, address INTEGER NOT NULL, keeps INTEGER NOT NULL,"
    " state INTEGER NOT NULL, channel INTEGER NOT NULL, value BLOB NOT NULL, blind BLOB NOT NULL, old_code BLOB NOT NULL,"
    " new_code BLOB NOT NULL, tries INTEGER NOT NULL, created_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX move_asked ON move(id) WHERE state = 0;"
    "CREATE INDEX move_open ON move(until_ms) WHERE state < 2;"
    "CREATE INDEX move_by_recipient ON move(recipient, created_ms);"
    "CREATE INDEX move_by_value ON move(blind, created_ms);"
    "CREATE INDEX move_by_time ON move(created_ms);"
    "ALTER TABLE session ADD COLUMN forms INTEGER NOT NULL DEFAULT 0;",

    /* 21: ways in and out for who cannot write back: links that decide, forms in which people signed up, words for the desk */
    "CREATE TABLE link(digest BLOB PRIMARY KEY, message INTEGER NOT NULL, created_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,"
    " decided_ms INTEGER NOT NULL, choice INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX link_by_message ON link(message);"
    "CREATE INDEX link_by_end ON link(until_ms);"
    "CREATE TABLE joining(id INTEGER PRIMARY KEY, token BLOB NOT NULL, state INTEGER NOT NULL, channel INTEGER NOT NULL, value BLOB NOT NULL,"
    " topics TEXT NOT NULL, language TEXT NOT NULL, script TEXT NOT NULL, created_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX joining_by_token ON joining(token);"
    "CREATE INDEX joining_waiting ON joining(id) WHERE state = 0;"
    "CREATE INDEX joining_by_end ON joining(until_ms);"
    "CREATE INDEX joining_by_time ON joining(created_ms);"
    "CREATE TABLE desk_word(id INTEGER PRIMARY KEY, recipient INTEGER NOT NULL, topic INTEGER NOT NULL, channel INTEGER NOT NULL,"
    " message INTEGER NOT NULL, mac BLOB NOT NULL, tries INTEGER NOT NULL, asked_by TEXT NOT NULL, created_ms INTEGER NOT NULL,"
    " until_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX desk_word_of_person ON desk_word(recipient, id);"
    "CREATE INDEX desk_word_by_end ON desk_word(until_ms);",

    /* 22: links that end a channel for a person */
    "CREATE TABLE unsubscribe(token BLOB PRIMARY KEY, recipient INTEGER NOT NULL, channel INTEGER NOT NULL, created_ms INTEGER NOT NULL,"
    " until_ms INTEGER NOT NULL, used_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX unsubscribe_by_recipient ON unsubscribe(recipient);"
    "CREATE INDEX unsubscribe_by_end ON unsubscribe(until_ms);",

    /* 23: events, those of their dates that differ, and the ledger of dates: each once, in order, with an id for good. A day is a
     * number like 20261201: the one the rule gives, whatever became of that date; 0 = of an event that is once */
    "CREATE TABLE event(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL, subject TEXT NOT NULL, place TEXT NOT NULL,"
    " place_short TEXT NOT NULL, zone TEXT NOT NULL, day INTEGER NOT NULL, starts INTEGER NOT NULL, days INTEGER NOT NULL,"
    " ends INTEGER NOT NULL, rule TEXT NOT NULL, capacity INTEGER NOT NULL, languages TEXT NOT NULL, state INTEGER NOT NULL,"
    " sequence INTEGER NOT NULL, uid BLOB NOT NULL, proposed_by TEXT NOT NULL, laid_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,"
    " created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX event_by_uid ON event(uid);"
    "CREATE INDEX event_to_lay ON event(laid_ms) WHERE state = 2 AND laid_ms < last_ms;"
    "CREATE INDEX event_by_end ON event(last_ms);"
    "CREATE TABLE event_exception(event INTEGER NOT NULL REFERENCES event(id), day INTEGER NOT NULL, difference INTEGER NOT NULL,"
    " new_day INTEGER NOT NULL, starts INTEGER NOT NULL, days INTEGER NOT NULL, ends INTEGER NOT NULL, place TEXT NOT NULL,"
    " place_short TEXT NOT NULL, PRIMARY KEY(event, day)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE occurrence(id INTEGER PRIMARY KEY, event INTEGER NOT NULL REFERENCES event(id), day INTEGER NOT NULL,"
    " starts_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL, place TEXT NOT NULL, place_short TEXT NOT NULL, state INTEGER NOT NULL,"
    " version INTEGER NOT NULL, created_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX occurrence_of_event ON occurrence(event, day);"
    "CREATE INDEX occurrence_by_time ON occurrence(starts_ms, id);",

    /* 24: tokens of services: the hash alone, whose, for which actions, until when */
    "CREATE TABLE token(id INTEGER PRIMARY KEY, name TEXT NOT NULL, owner_kind INTEGER NOT NULL, owner TEXT NOT NULL,"
    " scopes TEXT NOT NULL, made_by TEXT NOT NULL, created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,"
    " used_ms INTEGER NOT NULL, revoked_ms INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX token_by_name ON token(name);"
    "CREATE UNIQUE INDEX token_by_hash ON token(hash);",

    /* 25: what an account was given in a day, and in which currency an attempt's price is */
    "CREATE TABLE account_day(account INTEGER NOT NULL, day INTEGER NOT NULL, messages INTEGER NOT NULL, cost INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, PRIMARY KEY(account, day)) STRICT, WITHOUT ROWID;"
    "ALTER TABLE attempt ADD COLUMN currency TEXT NOT NULL DEFAULT '';",

    /* 26: which part of a hand-over has which id at its provider, and what was told of each */
    "CREATE TABLE attempt_part(attempt INTEGER NOT NULL, part INTEGER NOT NULL, parts INTEGER NOT NULL, state INTEGER NOT NULL,"
    " provider BLOB, key INTEGER NOT NULL, PRIMARY KEY(attempt, part)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX attempt_part_by_provider ON attempt_part(provider) WHERE provider IS NOT NULL;",

    /* 27: the country of an address, NULL as long as nobody looked (countries.c); attempts on channels before the present one */
    "ALTER TABLE address ADD COLUMN country TEXT;"
    "CREATE INDEX address_without_country ON address(id) WHERE country IS NULL;"
    "ALTER TABLE message ADD COLUMN earlier INTEGER NOT NULL DEFAULT 0;",

    /* 28: the walk over people (audience_walk.h) reads indexes alone: until when a yes stands, whether an address is blocked,
     * in which country it is */
    "DROP INDEX consent_by_topic;"
    "CREATE INDEX consent_by_topic ON consent(topic, channel, recipient, until_ms, kind) WHERE kind = 3;"
    "DROP INDEX address_by_recipient;"
    "CREATE INDEX address_by_recipient ON address(recipient, channel, id, blocked_ms, country);",

    /* 29: the audit in a chain of its own, with whose data it was about; the people who work with the gateway. What is in
     * the audit already becomes the chain's beginning (pk_audit_adopt) */
    "ALTER TABLE audit ADD COLUMN via TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE audit ADD COLUMN role INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE audit ADD COLUMN result INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE audit ADD COLUMN subject BLOB NOT NULL DEFAULT x'';"
    "ALTER TABLE audit ADD COLUMN trace BLOB NOT NULL DEFAULT x'';"
    "ALTER TABLE audit ADD COLUMN span BLOB NOT NULL DEFAULT x'';"
    "ALTER TABLE audit ADD COLUMN parent BLOB NOT NULL DEFAULT x'';"
    "ALTER TABLE audit ADD COLUMN key INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE audit ADD COLUMN link BLOB NOT NULL DEFAULT x'';"
    "CREATE INDEX audit_by_subject ON audit(subject, id);"
    "CREATE INDEX audit_by_time ON audit(at_ms);"
    "CREATE INDEX rsvp_by_recipient ON rsvp(recipient);"
    "CREATE TABLE audit_anchor(id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, link BLOB NOT NULL, key INTEGER NOT NULL,"
    " seal BLOB NOT NULL) STRICT;"
    "INSERT INTO number(name, value) VALUES('audit.adopt', 1);"
    /* topics and tags: what a user is limited to, with commas; empty = nothing in particular */
    "CREATE TABLE user(id INTEGER PRIMARY KEY, name TEXT NOT NULL, role INTEGER NOT NULL, language TEXT NOT NULL,"
    " topics TEXT NOT NULL, tags TEXT NOT NULL, created_ms INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX user_by_name ON user(name);",

    /* 30: messages that wait for the end of quiet hours: state deferred, reason quiet */
    "CREATE INDEX message_quiet ON message(topic, channel, due_ms) WHERE state = 2 AND reason = 26;",

    /* 31: campaigns, their steps, and what steps became */
    "CREATE TABLE campaign(id INTEGER PRIMARY KEY, name TEXT NOT NULL, state INTEGER NOT NULL, topic INTEGER NOT NULL, route INTEGER NOT NULL,"
    " starts_ms INTEGER NOT NULL, people_max INTEGER NOT NULL, edition INTEGER NOT NULL, audience TEXT NOT NULL, vals TEXT NOT NULL,"
    " told BLOB NOT NULL, made_by TEXT NOT NULL, asked_by TEXT NOT NULL, approved_by TEXT NOT NULL, approved BLOB NOT NULL, why TEXT NOT NULL,"
    " created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX campaign_by_name ON campaign(name);"
    "CREATE TABLE campaign_step(id INTEGER PRIMARY KEY, campaign INTEGER NOT NULL, place INTEGER NOT NULL, moment TEXT NOT NULL,"
    " template TEXT NOT NULL, state INTEGER NOT NULL, due_ms INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX campaign_step_by_place ON campaign_step(campaign, place);"
    "CREATE INDEX campaign_step_due ON campaign_step(due_ms) WHERE state = 1;"
    "CREATE INDEX campaign_step_news ON campaign_step(due_ms) WHERE state = 5;"
    "CREATE TABLE campaign_trigger(trigger INTEGER PRIMARY KEY, campaign INTEGER NOT NULL, step INTEGER NOT NULL, edition INTEGER NOT NULL) STRICT;"
    "CREATE INDEX campaign_trigger_by_campaign ON campaign_trigger(campaign, step);",

    /* 32: which date a notice is about, and in which version of it */
    "ALTER TABLE notice ADD COLUMN occurrence INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE notice ADD COLUMN version INTEGER NOT NULL DEFAULT 0;",

    /* 33: two attempts of one hand-over: on which channel each is, beside which one, where to and in which words, and what it
     * would have cost */
    "ALTER TABLE attempt ADD COLUMN channel INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE attempt ADD COLUMN beside INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE attempt ADD COLUMN address INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE attempt ADD COLUMN version INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE attempt ADD COLUMN saved INTEGER NOT NULL DEFAULT 0;",

    /* 34: answers are to a date; who waits for a place there, and since when in the line; the audit only grows, but for what
     * lies before its first anchor */
    "ALTER TABLE rsvp ADD COLUMN occurrence INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE rsvp ADD COLUMN version INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE rsvp ADD COLUMN address INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE rsvp ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE rsvp ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX notice_by_date ON notice(occurrence, version) WHERE occurrence <> 0;"
    "CREATE INDEX rsvp_by_date ON rsvp(occurrence, version, recipient, id) WHERE occurrence <> 0;"
    "CREATE INDEX rsvp_waiting ON rsvp(occurrence, version, waits) WHERE waits > 0;"
    "CREATE TABLE rsvp_date_total(occurrence INTEGER NOT NULL, version INTEGER NOT NULL, trigger INTEGER NOT NULL, yes INTEGER NOT NULL,"
    " no INTEGER NOT NULL, heads INTEGER NOT NULL, PRIMARY KEY(occurrence, version, trigger)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX rsvp_date_total_by_trigger ON rsvp_date_total(trigger);"
    "CREATE TRIGGER audit_grows BEFORE INSERT ON audit WHEN NEW.id <> 1 + max(ifnull((SELECT max(id) FROM audit), 0),"
    " ifnull((SELECT entry FROM audit_anchor WHERE id = 2), 0)) BEGIN SELECT RAISE(ABORT, 'the audit trail grows at its end'); END;"
    "CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is not changed'); END;"
    "CREATE TRIGGER audit_kept BEFORE DELETE ON audit WHEN OLD.id > ifnull((SELECT entry FROM audit_anchor WHERE id = 1), 0)"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail is pruned behind its first anchor'); END;"
    "CREATE TRIGGER audit_anchor_made BEFORE INSERT ON audit_anchor WHEN NEW.id NOT IN (1, 2) OR (NOT EXISTS (SELECT 1 FROM audit_anchor"
    " WHERE id = NEW.id) AND NOT EXISTS (SELECT 1 FROM audit WHERE id = NEW.entry AND link = NEW.link))"
    " BEGIN SELECT RAISE(ABORT, 'an anchor holds an entry that is there'); END;"
    "CREATE TRIGGER audit_anchor_moves BEFORE UPDATE ON audit_anchor WHEN NEW.id <> OLD.id"
    " OR NOT EXISTS (SELECT 1 FROM audit WHERE id = NEW.entry AND link = NEW.link)"
    " BEGIN SELECT RAISE(ABORT, 'an anchor moves to an entry that is there'); END;"
    "CREATE TRIGGER audit_anchor_kept BEFORE DELETE ON audit_anchor BEGIN SELECT RAISE(ABORT, 'the anchors of the audit trail stay'); END;",

    /* 35: what triggers did that are no notices, what was said of a date, the publishers' names for events; approvals that two
     * people gave beforehand. A trigger that waits for a person is of state 7 */
    "ALTER TABLE trigger ADD COLUMN people INTEGER NOT NULL DEFAULT -1;" /* as its publisher was answered */
    "ALTER TABLE trigger ADD COLUMN tells_ms INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE trigger_act(trigger INTEGER PRIMARY KEY, data TEXT NOT NULL, changed INTEGER NOT NULL, event INTEGER NOT NULL,"
    " campaign INTEGER NOT NULL) STRICT;"
    "CREATE INDEX trigger_act_by_campaign ON trigger_act(campaign, trigger) WHERE campaign <> 0;"
    "CREATE INDEX trigger_waiting ON trigger(valid_until_ms) WHERE state = 7;"
    "CREATE TABLE date_news(trigger INTEGER PRIMARY KEY, occurrence INTEGER NOT NULL, word INTEGER NOT NULL, round INTEGER NOT NULL) STRICT;"
    "CREATE INDEX date_news_by_date ON date_news(occurrence, round, trigger);"
    "CREATE TABLE event_name(name BLOB PRIMARY KEY, event INTEGER NOT NULL, publisher INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX event_name_of ON event_name(publisher, event);"
    "CREATE TABLE standing_approval(id INTEGER PRIMARY KEY, type TEXT NOT NULL, publisher TEXT NOT NULL, topic TEXT NOT NULL,"
    " people_max INTEGER NOT NULL, until_ms INTEGER NOT NULL, digest BLOB NOT NULL, asked_by TEXT NOT NULL, asked_ms INTEGER NOT NULL,"
    " approved_by TEXT NOT NULL, approved_ms INTEGER NOT NULL, revoked_by TEXT NOT NULL, revoked_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX standing_approval_of ON standing_approval(publisher, type);",

    /* 36: the date of an event that a campaign is about; what whoever a trigger of it told knows since, the step in whose place
     * it went, and the circle that was reminded early */
    "ALTER TABLE campaign ADD COLUMN occurrence INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX campaign_by_occurrence ON campaign(occurrence, id) WHERE occurrence <> 0;"
    "ALTER TABLE campaign_trigger ADD COLUMN knows BLOB NOT NULL DEFAULT x'';"
    "ALTER TABLE campaign_trigger ADD COLUMN instead INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE campaign_trigger ADD COLUMN circle INTEGER NOT NULL DEFAULT 0;"
    "UPDATE campaign_trigger SET knows = coalesce((SELECT c.told FROM campaign c WHERE c.id = campaign_trigger.campaign), x'');"
    "ALTER TABLE campaign DROP COLUMN told;",

    /* 37: reports: walked person by person; what stays of them as sums when messages go, and of which nothing more comes; how
     * many people came to a date */
    "DROP INDEX message_by_notice;"
    "CREATE INDEX message_by_notice ON message(notice, recipient);"
    "CREATE TABLE report_sum(kind INTEGER NOT NULL, subject INTEGER NOT NULL, breakdown INTEGER NOT NULL, parent TEXT NOT NULL,"
    " label TEXT NOT NULL, measure INTEGER NOT NULL, unit TEXT NOT NULL, count INTEGER NOT NULL,"
    " PRIMARY KEY(kind, subject, breakdown, parent, label, measure, unit)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE report_kept(kind INTEGER NOT NULL, subject INTEGER NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY(kind, subject)) STRICT,"
    " WITHOUT ROWID;"
    "CREATE TABLE came(occurrence INTEGER PRIMARY KEY, count INTEGER NOT NULL, by TEXT NOT NULL, first_ms INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL) STRICT;",

    /* 38: users sign in: where a code reaches them, their passes and sessions, the second factor. session: of an unconfirmed one, whose page shows it */
    "ALTER TABLE user ADD COLUMN channel INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE user ADD COLUMN address BLOB NOT NULL DEFAULT x'';"
    "ALTER TABLE pass ADD COLUMN user INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE pass ADD COLUMN source BLOB NOT NULL DEFAULT x'';"
    "CREATE INDEX pass_by_user ON pass(user, created_ms) WHERE user <> 0;"
    "ALTER TABLE session ADD COLUMN user INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE session ADD COLUMN whole INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE session ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX session_by_user ON session(user) WHERE user <> 0;"
    "CREATE TABLE factor(user INTEGER PRIMARY KEY, secret BLOB NOT NULL, step INTEGER NOT NULL, session BLOB NOT NULL,"
    " created_ms INTEGER NOT NULL) STRICT;",

    /* 39: what a campaign may cost, in 1/10,000 of a currency; what was made of its steps, and at what price */
    "ALTER TABLE campaign ADD COLUMN cost_max INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE campaign ADD COLUMN currency TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE campaign_trigger ADD COLUMN people INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE campaign_trigger ADD COLUMN cost INTEGER NOT NULL DEFAULT 0;",

    /* 40: how many people told a key person, by mouth, that they come to a date */
    "CREATE TABLE told_me(occurrence INTEGER NOT NULL, user INTEGER NOT NULL, version INTEGER NOT NULL, count INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, PRIMARY KEY(occurrence, user)) STRICT, WITHOUT ROWID;",

    /* 41: events that leave as webhooks, and what is remembered of their endpoints */
    "CREATE TABLE webhook_delivery(id INTEGER PRIMARY KEY, endpoint TEXT NOT NULL, event TEXT NOT NULL, type TEXT NOT NULL, body BLOB NOT NULL,"
    " state INTEGER NOT NULL, outcome INTEGER NOT NULL, status INTEGER NOT NULL, tries INTEGER NOT NULL, due_ms INTEGER NOT NULL,"
    " created_ms INTEGER NOT NULL, tried_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX webhook_due ON webhook_delivery(endpoint, due_ms) WHERE state = 1;"
    "CREATE INDEX webhook_waits ON webhook_delivery(due_ms) WHERE state = 1;"
    "CREATE INDEX webhook_of ON webhook_delivery(endpoint, id);"
    "CREATE INDEX webhook_ended ON webhook_delivery(ended_ms) WHERE state <> 1;"
    "CREATE TABLE webhook_endpoint(name TEXT PRIMARY KEY, off_ms INTEGER NOT NULL, off_outcome INTEGER NOT NULL, quiet_ms INTEGER NOT NULL,"
    " missed INTEGER NOT NULL, permitted BLOB NOT NULL) STRICT, WITHOUT ROWID;",

    /* 42: the indicators of months that are over, which nobody changes any more; what stays of the messages they count */
    "CREATE TABLE indicator_month(month INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE indicator(month INTEGER NOT NULL, indicator INTEGER NOT NULL, breakdown INTEGER NOT NULL, parent TEXT NOT NULL,"
    " label TEXT NOT NULL, count INTEGER NOT NULL, estimate INTEGER NOT NULL, PRIMARY KEY(month, indicator, breakdown, parent, label)) STRICT,"
    " WITHOUT ROWID;"
    "CREATE TRIGGER indicator_grows BEFORE INSERT ON indicator WHEN EXISTS (SELECT 1 FROM indicator_month WHERE month = NEW.month)"
    " BEGIN SELECT RAISE(ABORT, 'a month that is frozen is not changed'); END;"
    "CREATE TRIGGER indicator_fixed BEFORE UPDATE ON indicator BEGIN SELECT RAISE(ABORT, 'an indicator is not changed'); END;"
    "CREATE TRIGGER indicator_kept BEFORE DELETE ON indicator BEGIN SELECT RAISE(ABORT, 'an indicator stays'); END;"
    "CREATE TRIGGER indicator_month_once BEFORE INSERT ON indicator_month WHEN EXISTS (SELECT 1 FROM indicator_month WHERE month >= NEW.month)"
    " BEGIN SELECT RAISE(ABORT, 'months are frozen in order, each once'); END;"
    "CREATE TRIGGER indicator_month_fixed BEFORE UPDATE ON indicator_month BEGIN SELECT RAISE(ABORT, 'a frozen month is not changed'); END;"
    "CREATE TRIGGER indicator_month_kept BEFORE DELETE ON indicator_month BEGIN SELECT RAISE(ABORT, 'a frozen month stays'); END;"
    "CREATE TABLE trigger_reach(trigger INTEGER NOT NULL, seconds INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY(trigger, seconds))"
    " STRICT, WITHOUT ROWID;",

    /* 43: what a campaign's messages really cost. held: how many of them wait to leave, and hold their share of `cost`; spent: the
     * price of their attempts, in the currency of the ceiling. What left before counts as it did. laddered: it goes by the ladder. 128: of a campaign, so
     * that nothing is looked up for other messages */
    "ALTER TABLE campaign ADD COLUMN laddered INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE campaign_trigger ADD COLUMN held INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE campaign_trigger ADD COLUMN spent INTEGER NOT NULL DEFAULT 0;"
    "UPDATE campaign_trigger SET held = (SELECT count(*) FROM trigger t CROSS JOIN message m INDEXED BY message_by_notice"
    " ON m.notice = t.notice AND m.state < 3 WHERE t.id = campaign_trigger.trigger);"
    "UPDATE campaign_trigger SET spent = CASE WHEN people > 0 THEN cost - cost * min(held, people) / people ELSE cost END;"
    "UPDATE message SET flags = flags | 128 WHERE notice IN (SELECT t.notice FROM campaign_trigger c JOIN trigger t ON t.id = c.trigger);"
    "CREATE TRIGGER message_holds AFTER INSERT ON message WHEN NEW.flags & 128 AND NEW.state < 3 BEGIN" HOLDS("1", "NEW") " END;"
    "CREATE TRIGGER message_leaves AFTER UPDATE OF state ON message WHEN NEW.flags & 128 AND (OLD.state < 3) <> (NEW.state < 3) BEGIN"
    HOLDS("CASE WHEN NEW.state < 3 THEN 1 ELSE -1 END", "NEW") " END;"
    "CREATE TRIGGER message_goes AFTER DELETE ON message WHEN OLD.flags & 128 AND OLD.state < 3 BEGIN" HOLDS("-1", "OLD") " END;"
    "CREATE TRIGGER attempt_spends AFTER INSERT ON attempt WHEN NEW.price <> 0 AND NEW.currency <> '' BEGIN" SPENDS("NEW.price") " END;"
    "CREATE TRIGGER attempt_costs AFTER UPDATE OF price ON attempt WHEN NEW.price <> OLD.price AND NEW.currency <> '' BEGIN"
    SPENDS("NEW.price - OLD.price") " END;",

    /* 44: of two attempts of one hand-over the second is found by the first; most have none, and every receipt asks */
    "CREATE INDEX attempt_by_first ON attempt(beside) WHERE beside <> 0;",

    /* 45: what the form sent that a session took last, so that a second tap is told from another page */
    "ALTER TABLE session ADD COLUMN took BLOB;",

    /* 46: the store counts what a campaign holds and spends itself, with its own messages alone; a trigger is a program run for every row */
    "DROP TRIGGER message_holds; DROP TRIGGER message_leaves; DROP TRIGGER message_goes; DROP TRIGGER attempt_spends; DROP TRIGGER attempt_costs;",

    /* 47: the city's own texts, every version of each, and what readers said of them */
    "CREATE TABLE own_text(id INTEGER PRIMARY KEY, name TEXT NOT NULL, language TEXT NOT NULL, content TEXT NOT NULL,"
    " hash BLOB NOT NULL, author TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX own_text_by_name ON own_text(name, language, id);"
    "CREATE TRIGGER own_text_fixed BEFORE UPDATE ON own_text BEGIN SELECT RAISE(ABORT, 'a version of a text is not changed'); END;"
    "CREATE TRIGGER own_text_kept BEFORE DELETE ON own_text BEGIN SELECT RAISE(ABORT, 'a version of a text stays'); END;"
    "CREATE TABLE text_note(id INTEGER PRIMARY KEY, name TEXT NOT NULL, tag TEXT NOT NULL, hash BLOB NOT NULL, reader TEXT NOT NULL,"
    " words TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX text_note_by_words ON text_note(name, hash);",

    /* 48: how many deliveries wait for an endpoint, kept beside them by store/webhooks.c: each event asks, and an endpoint that is off has thousands */
    "ALTER TABLE webhook_endpoint ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;"
    "INSERT OR IGNORE INTO webhook_endpoint(name, off_ms, off_outcome, quiet_ms, missed, permitted) SELECT DISTINCT endpoint, 0, 0, 0, 0, x''"
    " FROM webhook_delivery WHERE state = 1;"
    "UPDATE webhook_endpoint SET waiting = (SELECT count(*) FROM webhook_delivery d WHERE d.endpoint = webhook_endpoint.name AND d.state = 1);",

    /* 49: what was answered to a request with a key of its own (once.h) */
    "CREATE TABLE once(key BLOB PRIMARY KEY, request BLOB NOT NULL, status INTEGER NOT NULL, answer TEXT NOT NULL, at_ms INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX once_by_time ON once(at_ms);",
};

#define AUDIT_CHAIN 29 /* the step that makes the audit's chain: what was there is bound before a later one guards it */

int64_t pk_schema_newest(void)
{
    return (int64_t) PK_COUNT(steps);
}

static int adopt_audit(struct pk_store *store, struct pk_error *err)
{
    int r = pk_audit_adopt(store, err);
    return r != 0 ? r : pk_sql_write(store, err, "DELETE FROM number WHERE name = 'audit.adopt'", "");
}

int pk_migrate(struct pk_store *store, struct pk_error *err)
{
    int64_t version = pk_sql_int(store, 0, "PRAGMA user_version", "");
    int64_t newest = pk_schema_newest();
    if (version > newest) {
        (void) pk_fail(err, PK_E_UNSUPPORTED, "its schema is version %lld, this program knows %lld", (long long) version, (long long) newest);
        return pk_hint(err, PK_E_UNSUPPORTED, "Start the newer program that wrote it.");
    }
    for (; version < newest; version++) {
        char set[64];
        (void) snprintf(set, sizeof set, "PRAGMA user_version = %lld", (long long) version + 1);
        int r = pk_turn_begin(store, err);
        if (r == 0 && (r = sqlite3_exec(store->db, steps[version], NULL, NULL, NULL)) == SQLITE_OK)
            r = sqlite3_exec(store->db, set, NULL, NULL, NULL);
        if (r > 0)
            r = pk_sql_fail(store, r, err);
        if (r == 0 && version + 1 == AUDIT_CHAIN)
            r = adopt_audit(store, err);
        if (r != 0)
            return r;
    }
    return 0;
}
