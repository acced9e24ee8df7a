/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The adapter ABI: everything an adapter may see, and all it needs.
 *
 * An adapter turns a job into a provider's words and the provider's words into an outcome. It does no I/O,
 * holds no clock, starts no thread: the gateway calls it on its one thread, gives it the time, carries its bytes.
 * It is a shared object (or is built in) that exports one constant: `const struct pk_adapter pk_adapter`.
 *
 * Each adapter is exactly one of two kinds:
 *   exchange   step() describes one request and judges the answer, round by round;
 *   session    bytes in, bytes out over a lasting link (or over none), jobs in, completions out.
 * Either may add a webhook (the provider calls us), a poll (we ask the provider) and a play desk (see what
 * arrived, type an answer: for adapters that simulate).
 *
 * Growth: every table starts with its size in bytes and only grows at the end. A shorter table than this
 * header's is an older adapter: what is missing counts as NULL. A longer one is refused as too new only if
 * its abi number is higher. Enumerations travel as uint32_t. What was appended since abi 1 began is listed at the end of
 * this file.
 *
 * Memory: what one side allocates it frees itself. Slices given to an adapter live for that call. What an
 * adapter hands out is copied before its call returns. Returning PK_E_NOMEM is always allowed.
 *
 * Privacy: an adapter never logs a number, an address, a text or a secret. Reasons it returns are shown to
 * people and must hold none of these either.
 */
#ifndef POKANA_ADAPTER_H
#define POKANA_ADAPTER_H

#include "gateway/include/pokana/error.h"
#include "gateway/include/pokana/slice.h"

#include <stdint.h>

#define PK_ADAPTER_ABI 1u

/* ---- what the gateway lends ------------------------------------------------------------------------- */

struct pk_out;     /* a growing output with a ceiling, owned by the gateway */
struct pk_request; /* one request being described, owned by the gateway */
struct pk_value;   /* a read-only JSON value; lives until the call that got it returns */
struct pk_link;    /* a session's link to the gateway */

enum pk_level { PK_LEVEL_DEBUG = 0, PK_LEVEL_INFO = 1, PK_LEVEL_WARN = 2, PK_LEVEL_ERROR = 3 };

enum pk_value_kind { PK_VALUE_ABSENT = 0, PK_VALUE_NULL, PK_VALUE_BOOL, PK_VALUE_NUMBER, PK_VALUE_STRING, PK_VALUE_ARRAY, PK_VALUE_OBJECT };

/* Services of the gateway. `ctx` is passed back as first argument. Never blocks. */
struct pk_host {
    uint32_t size;
    uint32_t abi;
    void *ctx;

    void (*log)(void *ctx, uint32_t level, const char *message);
    void (*random)(void *ctx, void *ret_bytes, size_t len);

    /* Appends; PK_E_LIMIT once the ceiling is reached (the output is then refused as a whole). */
    int (*write)(struct pk_out *out, const void *data, size_t len);

    /* Describing a request: http unless the adapter declares another transport. */
    int (*method)(struct pk_request *request, const char *method);
    struct pk_out *(*url)(struct pk_request *request);  /* write it whole; never logged */
    int (*header)(struct pk_request *request, struct pk_slice name, struct pk_slice value);
    struct pk_out *(*body)(struct pk_request *request);

    /* JSON, read only. parse: NULL when the text is no JSON, has a duplicate key, or exceeds depth or size.
     * at: a path of names and indices, "messages[0].status"; NULL when absent. */
    const struct pk_value *(*json_parse)(void *ctx, struct pk_slice text);
    const struct pk_value *(*json_at)(const struct pk_value *value, const char *path);
    uint32_t (*json_kind)(const struct pk_value *value); /* enum pk_value_kind; NULL is PK_VALUE_ABSENT */
    /* Strings as they are; numbers and booleans as their JSON text; else {NULL,0}. */
    struct pk_slice (*json_text)(void *ctx, const struct pk_value *value);
    int64_t (*json_int)(const struct pk_value *value, int64_t otherwise);
    size_t (*json_count)(const struct pk_value *array);
    const struct pk_value *(*json_item)(const struct pk_value *array, size_t index);

    /* Digests. */
    void (*sha256)(struct pk_slice data, uint8_t ret_digest[32]);
    void (*hmac_sha256)(struct pk_slice key, const struct pk_slice *parts, size_t count, uint8_t ret_mac[32]);
    void (*hmac_sha1)(struct pk_slice key, const struct pk_slice *parts, size_t count, uint8_t ret_mac[20]);
    /* RS256 over data with a PEM public key: 0, or PK_E_DENIED. */
    int (*rsa_verify)(struct pk_slice public_pem, struct pk_slice data, struct pk_slice signature);
};

/* ---- settings --------------------------------------------------------------------------------------- */

enum pk_setting_type {
    PK_SETTING_TEXT = 1,
    PK_SETTING_SECRET, /* only as file:PATH or credential:NAME; erased wherever it would be shown */
    PK_SETTING_INTEGER,
    PK_SETTING_BOOLEAN, /* yes, no */
    PK_SETTING_CHOICE, /* one of `choices`, separated by | */
    PK_SETTING_URL, /* https:// (http:// only to a loopback host) */
    PK_SETTING_DURATION, /* 500ms 30s 5m 2h 7d; given to the adapter in milliseconds */
};

/* A name ending in ".*" is a family: `header.*` takes header.Accept, header.X-Key, each given with its full
 * name. A member of a family may be given as file: or credential: too, and is then secret; one whose name ends in
 * authorization, password, secret, token or key must be. */
struct pk_setting {
    const char *name;
    uint32_t type;
    uint32_t required; /* 0 or 1 */
    const char *fallback; /* value when absent, or NULL */
    const char *choices; /* PK_SETTING_CHOICE, else NULL */
    int64_t min, max; /* PK_SETTING_INTEGER and _DURATION; both 0 = no bound */
    const char *help; /* one sentence for the operator */
};

struct pk_setting_value {
    const char *name;
    struct pk_slice text; /* as written, secrets resolved */
    int64_t number; /* INTEGER, DURATION (ms), BOOLEAN (0, 1) */
};

/* ---- a job and what becomes of it ------------------------------------------------------------------- */

enum pk_coding { PK_CODING_GSM7 = 1, PK_CODING_UCS2 = 2, PK_CODING_BINARY = 3 };

struct pk_part {
    struct pk_slice octets; /* GSM-7 unpacked (a septet an octet) or UTF-16BE, without header */
    uint32_t coding;
    uint32_t units; /* septets or UTF-16 code units */
};

struct pk_named_value {
    struct pk_slice name;
    struct pk_slice text;
};

struct pk_choice {
    struct pk_slice id;
    struct pk_slice label;
};

struct pk_job {
    uint32_t size;
    uint32_t recorded; /* sessions: 1 = somebody tries the account and wants to see what is exchanged: pk_link_ops.exchanged() */
    uint64_t token; /* the gateway's handle of this hand-over; give it back in complete() */
    struct pk_slice message_id; /* opaque, lower-case letters and digits, at most 16 */
    struct pk_slice attempt_id; /* the same; our reference towards the provider */
    struct pk_slice idempotency_key; /* stable over every attempt of the message at this account */
    struct pk_slice channel; /* "sms", ... */
    struct pk_slice address; /* in the declared number format */
    struct pk_slice text; /* UTF-8, NFC */
    const struct pk_part *parts; /* only when PK_CAN_PARTS is declared */
    size_t part_count;
    struct pk_slice template_name; /* for providers that know templates only */
    struct pk_slice template_version;
    const struct pk_named_value *values;
    size_t value_count;
    const struct pk_choice *choices; /* reply choices; may be none */
    size_t choice_count;
    struct pk_slice sender;
    struct pk_slice language; /* BCP 47: bg, bg-Latn, nl */
    int64_t valid_until_ms; /* the provider must not deliver later */
    int64_t now_ms;
    struct pk_slice step; /* what the text is in an event's life: "invitation", "change", "cancellation" ...; may be empty */
    /* Where one POST ends what the person gets on this channel (RFC 8058); https, of this message alone, never logged. Empty
     * unless PK_CAN_UNSUBSCRIBE is declared, and for messages that nobody signed up for. */
    struct pk_slice unsubscribe;
    /* For PK_CAN_FALLBACK: where the provider does not deliver the message on `channel` it may, in the same call, deliver these
     * words on this channel ("sms"), to the same number: the person agreed to both. It is an attempt of its own beside the
     * other; its reference, for providers that take two. Empty: on `channel` and nowhere else. Look at `size` first. */
    struct pk_slice fallback_channel;
    struct pk_slice fallback_text;
    struct pk_slice fallback_attempt_id;
};

enum pk_outcome {
    PK_OUTCOME_ACCEPTED = 1, /* the provider has it */
    PK_OUTCOME_RETRY, /* it certainly has not; try again */
    PK_OUTCOME_THROTTLED, /* it certainly has not; wait after_ms */
    PK_OUTCOME_REJECTED, /* it will never take this message */
    PK_OUTCOME_INVALID_RECIPIENT, /* nor any other to this address */
    PK_OUTCOME_OPTED_OUT, /* the person stopped it at the provider */
    PK_OUTCOME_MISCONFIGURED, /* our account is wrong: pauses it; the message waits */
    PK_OUTCOME_UNCERTAIN, /* nobody knows: never repeated by itself */
};

struct pk_result {
    uint32_t outcome;
    uint32_t parts; /* parts the provider counted; 0 = not said */
    int64_t after_ms; /* PK_OUTCOME_THROTTLED, _RETRY: at least this long, an hour at most; 0 = the gateway's own back-off */
    int64_t price; /* in the declared unit's 1/10,000; 0 = not said */
    struct pk_slice provider_id; /* with ACCEPTED; may be empty where correlation is by our reference */
    struct pk_slice code; /* the provider's own code, for the operator */
    struct pk_slice reason; /* one short sentence, for the operator */
};

/* ---- events: what a provider tells us --------------------------------------------------------------- */

enum pk_event_kind { PK_EVENT_RECEIPT = 1, PK_EVENT_REPLY, PK_EVENT_OPT_IN, PK_EVENT_OPT_OUT };

enum pk_receipt_state {
    PK_RECEIPT_ACCEPTED = 1,
    PK_RECEIPT_SENT,
    PK_RECEIPT_DELIVERED,
    PK_RECEIPT_READ,
    PK_RECEIPT_UNDELIVERED_TEMPORARY,
    PK_RECEIPT_UNDELIVERED_PERMANENT,
    PK_RECEIPT_UNKNOWN, /* the provider itself does not know */
};

struct pk_event {
    uint32_t size;
    uint32_t kind;
    /* RECEIPT: one of the two names the attempt. REPLY by a button: our_reference may name the attempt it stood under.
     * Where the provider tells of each part of a message apart, part_total and part_index say which one a RECEIPT is about. One
     * of PK_RECEIPT_ACCEPTED with both names tells the part's own id, which the gateway keeps: from then on a receipt by that
     * id is known to be the part's, in another life of the adapter too. The message is delivered when all its parts are, and
     * undelivered as soon as one is. */
    struct pk_slice provider_id;
    struct pk_slice our_reference; /* the attempt_id we sent */
    uint32_t state; /* enum pk_receipt_state */
    uint32_t coding; /* REPLY: enum pk_coding of `text`, or 0 for UTF-8 */
    struct pk_slice code;
    struct pk_slice reason;
    int64_t at_ms; /* the provider's time, or 0 */
    /* REPLY, OPT_IN, OPT_OUT */
    struct pk_slice address;
    struct pk_slice text; /* REPLY: what they wrote; OPT_IN: the token */
    struct pk_slice choice; /* REPLY: id of the choice pressed, or empty */
    struct pk_slice event_id; /* the provider's id of this event, for deduplication; may be empty */
    uint32_t part_reference, part_total, part_index; /* REPLY in parts, RECEIPT of a part: index from 1; total 0 or 1 = whole */
    uint32_t reserved;
    uint64_t token; /* sessions: given back in settled(); else 0 */
    /* On which channel that was, where an account may fall back to a second one (PK_CAN_FALLBACK): of a RECEIPT the one the
     * message took, or could not take; of the others the one they wrote on. Empty = the account's own. A receipt that says
     * "delivered" and names none is taken for the account's own channel, one that says "undelivered" for both. */
    struct pk_slice channel;
};

/* Takes one event (copied). PK_E_LIMIT when a single body holds more events than the gateway accepts. */
struct pk_event_sink {
    int (*emit)(struct pk_event_sink *sink, const struct pk_event *event);
};

/* ---- exchange --------------------------------------------------------------------------------------- */

/*
 * What a described request is on each transport:
 *
 * HTTP     method() (else POST with a body, GET without), url() https:// (http:// to a loopback host only), header(),
 *          body(). The answer is the provider's: status, headers, body.
 *
 * SMTP     One message to one person. url(): smtp://host[:port] (port 25 when none is said; STARTTLS is required, but for a
 *          loopback host, which is spoken to in the clear) or smtps://host[:port] (465); "/name" behind it is the name we greet
 *          with. header("from", ADDRESS) and header("to", ADDRESS): the envelope, once each, bare addresses in ASCII without
 *          display name, quotes or brackets. body(): the whole MIME message, its own header included: lines end in CRLF, at
 *          most 998 bytes each, ASCII only (encode what is not); dots are doubled by the carrier. No other header, no method.
 *          Settings that the carrier reads by their names, if the adapter declares them: `username` (TEXT) and `password`
 *          (SECRET) to log in with, `ca_file` (TEXT, an absolute path) instead of the gateway's own authorities.
 *          The answer: status is the SMTP code of the reply that decided, the text of that reply is the body (it may
 *          repeat an address: show the code, not the text). A refusal before the message was handed over (greeting, login, sender,
 *          recipient, DATA) is COMPLETE with its code, 250 is taken. Cut off before DATA was allowed: NOT_SENT; after: NONE.
 *
 * PUBLISH  One MQTT message of QoS 1 through the gateway's own connection to its broker. url(): the topic, in ASCII
 *          without spaces, wildcards or an empty level, not beginning with "$" nor with "pokana/", which is the gateway's own.
 *          body(): the payload. header(): "content-type", "retain" (yes, no), "expiry" (whole seconds) and "correlation" are
 *          the properties of that name; every other header is a user property. With an MQTT 3.1.1 broker only "retain" counts.
 *          The answer: status is the reason code of the broker's PUBACK (0 taken, 16 taken and nobody subscribed, 128 and
 *          above refused; 0 with MQTT 3.1.1), no headers, no body. Without a broker, or without a connection to it: NOT_SENT.
 *          When the connection falls before the PUBACK: NONE, and the gateway does not send it again by itself. An
 *          adapter whose message may well come twice (the state of a screen) declares PK_CAN_IDEMPOTENT and is repeated.
 */
enum pk_answer_state {
    PK_ANSWER_COMPLETE = 1, /* status, headers and body are there */
    PK_ANSWER_NOT_SENT, /* certainly nothing reached the provider: refused, no name, no TLS */
    PK_ANSWER_NONE, /* it may have reached the provider; no or half an answer came */
};

struct pk_answer {
    uint32_t size;
    uint32_t state;
    uint32_t status; /* HTTP status, SMTP code or MQTT reason code */
    uint32_t reserved;
    struct pk_slice body;
    int64_t retry_after_ms; /* from Retry-After, at most an hour; 0 = none */
    /* Value of a header, case-insensitive; {NULL,0} when absent. */
    struct pk_slice (*header)(const struct pk_answer *answer, const char *name);
};

enum pk_step { PK_STEP_SEND = 1, /* `request` is described: send it */ PK_STEP_DONE = 2 /* `result` is filled */ };

struct pk_round {
    uint32_t size;
    uint32_t number; /* 0 for the first call */
    const struct pk_answer *answer; /* NULL in round 0 */
    struct pk_request *request;
    /* Set before PK_STEP_SEND: 1 when this request hands the message over. The gate is asked again before it
     * leaves, and only a lost answer to such a request can make an attempt uncertain. */
    uint32_t submits;
    uint32_t reserved;
    uint64_t memory[4]; /* the adapter's own, zero at first, kept between rounds */
    struct pk_result result;
};

enum pk_transport { PK_TRANSPORT_NONE = 0, PK_TRANSPORT_HTTP, PK_TRANSPORT_SMTP, PK_TRANSPORT_PUBLISH, PK_TRANSPORT_TCP, PK_TRANSPORT_TLS };

struct pk_exchange_ops {
    uint32_t size;
    uint32_t transport; /* HTTP, SMTP or PUBLISH */
    /* Returns enum pk_step, or a negative code (our own fault: the message is refused as rejected, or counts as
     * uncertain if a submitting request has left). At most 8 rounds. */
    int (*step)(void *self, const struct pk_job *job, struct pk_round *round);
    /* Optional: "did you take it?" for an uncertain attempt, asked by the gateway a while after it became so (the account's
     * `query_after`) and a few times; same protocol, `submits` stays 0. The job holds the ids, the channel and the
     * address of that attempt, no text, parts or values. Outcomes: ACCEPTED (with provider_id): the provider has
     * it. RETRY or THROTTLED: it certainly has not, and will not get it from what we sent; the message is sent again. REJECTED,
     * INVALID_RECIPIENT, OPTED_OUT: it refused. UNCERTAIN: not known, or too early to say. Only a COMPLETE answer counts
     * as knowledge: everything said without one is taken as UNCERTAIN. */
    int (*query)(void *self, const struct pk_job *job, struct pk_round *round);
};

/* ---- session ---------------------------------------------------------------------------------------- */

/*
 * A session over a wire (TCP or TLS). The gateway connects, keeps the bytes' order, connects again; the adapter speaks.
 *
 * Settings that the gateway reads by their names; the adapter declares them:
 *     host      TEXT, required     name or address of the other side
 *     port      INTEGER, required or with a fallback
 *     tls       BOOLEAN, optional, transport TCP only: yes = TLS (transport TLS always uses it; without the setting TCP is plain)
 *     ca_file   TEXT, optional: an absolute path; the authorities to trust instead of the gateway's own
 *     tls_name  TEXT, optional: the name the certificate must have, where it is not `host`
 * Certificates are always verified.
 *
 *     connect ─> connected() ─> received()*, submit()*, tick()* ─> disconnected() ─> a pause ─> connect ...
 *
 * - connected() comes anew on every connection; a session starts from nothing each time. Until the adapter has called
 *   window() on this connection it gets no job: log in first. A negative return ends the connection.
 * - received() gets what came, in pieces as they came: keep what is not whole. A negative return ends the connection.
 * - When the connection ends (the peer, an error, disconnect(), a negative return) the gateway completes the jobs still
 *   open: as to be tried again where nothing at all was sent after their submit(), else as uncertain. Their tokens
 *   are void then. Events without their settled() come to nothing: the provider sends them again.
 * - It is tried again after 1 s, twice as long each time up to a minute, with chance in it; from the beginning once a
 *   connection was good, which is when window() allowed a job.
 * - stop(): say goodbye; send() still works. The gateway closes when everything is sent and the peer has closed, when the
 *   adapter calls disconnect(), or after 2 s.
 */

/* The gateway's side of a link. All copy what they are given; none calls back into the adapter. */
struct pk_link_ops {
    uint32_t size;
    uint32_t reserved;
    /* Queues bytes; they leave in the next turn. PK_E_LIMIT when more than 1 MiB would wait (nothing of these was
     * taken), PK_E_IO when the link is down, PK_E_UNSUPPORTED over NONE. A peer that takes nothing for the account's
     * `timeout` loses the link. */
    int (*send)(struct pk_link *link, const void *bytes, size_t len);
    /* Exactly once for every job that submit() took. */
    int (*complete)(struct pk_link *link, uint64_t job_token, const struct pk_result *result);
    int (*event)(struct pk_link *link, const struct pk_event *event);
    /* Asks for tick() at this time at the latest; the earliest wish counts. */
    void (*wake_at)(struct pk_link *link, int64_t when_ms);
    /* How many jobs may be open at once from now on (0 = none for now); the account's own window still holds. Over NONE it
     * begins as the account's window, over a wire as 0 on every connection. */
    void (*window)(struct pk_link *link, uint32_t jobs);
    /* Ends the connection after this call; what was queued before it is sent if the peer takes it at once. The reason is
     * shown to the operator. Over a wire the gateway connects again later. */
    void (*disconnect)(struct pk_link *link, const char *reason);
    /* The other side refuses us for what stands in the settings, a password for one: as disconnect(), and the account is
     * paused with this reason until somebody resumes it, as by PK_OUTCOME_MISCONFIGURED. To hear receipts and replies it
     * is tried again all the same, but only every five to ten minutes, and at once when the account is resumed. Over a
     * wire only. Not there in a gateway whose table is shorter: disconnect() then. */
    void (*refused)(struct pk_link *link, const char *reason);
    /* What left for (incoming 0) or came about (1) an open job that is `recorded`, for the operator: one line of plain words,
     * codes and counts ("submit_sm sequence 7 bytes 143"), nobody's number or text. The gateway shows of it what it would
     * show of an exchange over HTTP. Not there in a gateway whose table is shorter. */
    void (*exchanged)(struct pk_link *link, uint64_t job_token, uint32_t incoming, struct pk_slice line);
    /* What the account is to know again after a restart: at most 4 KiB, opaque, sealed in the store. It replaces what was there.
     * 0, or it could not be kept. Both not there in a gateway whose table is shorter. */
    int (*remember)(struct pk_link *link, struct pk_slice note);
    /* Copies it; returns its length, 0 when there is none or more than `room`. */
    size_t (*remembered)(struct pk_link *link, void *ret_note, size_t room);
};

struct pk_session_ops {
    uint32_t size;
    uint32_t transport; /* TCP, TLS or NONE */
    /* The link stands (again). With NONE: once, right after open(). `link` is the same for the account's whole life. */
    int (*connected)(void *self, struct pk_link *link, const struct pk_link_ops *ops, int64_t now_ms);
    /* The link fell: every job still open has been completed by the gateway. Forget the connection; call nothing. */
    void (*disconnected)(void *self, int64_t now_ms);
    int (*received)(void *self, struct pk_slice bytes, int64_t now_ms); /* needed over TCP and TLS */
    /* 0: taken, complete() follows. PK_E_BUSY: not now. Other: refused as rejected. */
    int (*submit)(void *self, const struct pk_job *job);
    int (*tick)(void *self, int64_t now_ms);
    /* The event with this token is stored (ok) or was not (then it must come again). */
    void (*settled)(void *self, uint64_t token, uint32_t ok, int64_t now_ms);
    /* Finish in order: say goodbye; the gateway closes soon after. */
    void (*stop)(void *self, int64_t now_ms);
};

/* ---- webhook and poll ------------------------------------------------------------------------------- */

struct pk_hook_request {
    uint32_t size;
    uint32_t reserved;
    struct pk_slice method;
    struct pk_slice url; /* public, as the provider called it */
    struct pk_slice path_rest; /* what follows /hooks/<account>/ */
    struct pk_slice query; /* raw, without '?' */
    struct pk_slice body; /* raw */
    int64_t now_ms;
    struct pk_slice (*header)(const struct pk_hook_request *request, const char *name);
};

struct pk_webhook_ops {
    uint32_t size;
    uint32_t reserved;
    /* 0, or PK_E_DENIED; PK_E_NOT_FOUND when the settings leave the webhook unprotected: it is not open then. Runs on raw
     * bytes before anything is parsed. */
    int (*verify)(void *self, const struct pk_hook_request *request, struct pk_error *err);
    /* Emits events. `reply` takes a small answer body (hub.challenge); left alone it is empty. One that begins
     * with '{' leaves as JSON. PK_E_INVALID: answered 400. */
    int (*parse)(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                 struct pk_error *err);
};

/*
 * The gateway asks the provider over HTTP, one request at a time, whatever the adapter's own transport, also while the account
 * is paused for sending: what people answer must be heard.
 *
 *     request(cursor) ─> the provider's answer ─> parse() ─> events and new cursor stored together ─> next request
 *
 * The next request begins `every_ms` after the one before *began*; at once when an answer brought events and moved the
 * cursor; later, up to five minutes and never before the Retry-After of the answer, after failures. For long polling
 * let the provider wait for less than the account's `timeout` (10 s unless set; it is the request's whole time) and say
 * a small every_ms. What could not be stored is asked for again with the old cursor and comes again: give events their
 * event_id, so that a repeat is known.
 */
struct pk_poll_ops {
    uint32_t size;
    uint32_t every_ms; /* from one request to the next, unless the account sets `poll`; 0 = 30 s */
    /* Describes the request that follows `cursor` (empty at first). Returns PK_STEP_SEND, or PK_STEP_DONE when there is
     * nothing to ask for now (the account's settings say that the provider calls): asked again after every_ms. */
    int (*request)(void *self, struct pk_slice cursor, struct pk_request *request, int64_t now_ms);
    /* The answer is COMPLETE, its status may be any. Emits events and writes the new cursor (at most 4 KiB; nothing
     * written = it stays); both are stored in one transaction, sealed. emit() returns 0, PK_E_INVALID for an event that makes
     * no sense (it is passed over: go on), PK_E_LIMIT past 1,000 events (stop, and write the cursor that follows
     * the last one taken), other negatives when it could not be stored (return that). A negative return: nothing of this answer
     * is kept, the cursor stays, and `err` tells the operator why; PK_E_DENIED where the provider refuses us. */
    int (*parse)(void *self, const struct pk_answer *answer, struct pk_event_sink *sink, struct pk_out *ret_cursor,
                 struct pk_error *err);
};

/* ---- play desk -------------------------------------------------------------------------------------- */

struct pk_play_item {
    uint32_t size;
    uint32_t state; /* enum pk_receipt_state, 0 = not told yet */
    struct pk_slice attempt_id;
    struct pk_slice address;
    struct pk_slice text;
    int64_t at_ms;
    struct pk_slice language; /* of the text: bg, bg-Latn; empty when it is not known */
    uint32_t typed; /* 1 = what was answered from there by `answer`; the rest says nothing then but address, text and time */
    uint32_t reserved;
};

struct pk_play_ops {
    uint32_t size;
    uint32_t reserved;
    /* Oldest first, what is still remembered. A non-zero return of `show` ends the listing. */
    int (*list)(void *self, int (*show)(void *ctx, const struct pk_play_item *item), void *ctx);
    /* A person answers from this address. */
    int (*answer)(void *self, struct pk_slice address, struct pk_slice text, int64_t now_ms, struct pk_error *err);
};

/* ---- the adapter ------------------------------------------------------------------------------------ */

enum pk_capability {
    PK_CAN_IDEMPOTENT = 1u << 0, /* a repeat with the same key is never a double */
    PK_CAN_RECEIPTS = 1u << 1,
    PK_CAN_INBOUND = 1u << 2,
    PK_CAN_PARTS = 1u << 3, /* wants encoded parts */
    PK_CAN_TEMPLATES_ONLY = 1u << 4,
    PK_CAN_WINDOW = 1u << 5, /* free text only within the provider's window */
    PK_CAN_CHOICES = 1u << 6,
    PK_CAN_UNSUBSCRIBE = 1u << 7, /* carries a link that ends the messages: wants job.unsubscribe */
    PK_PRICED_PER_MESSAGE = 1u << 8, /* a price is of a message, whatever its length; else of each SMS part */
    PK_CAN_EXPIRE = 1u << 9, /* its provider drops by itself what it could not deliver by job.valid_until_ms */
    /* It can be told to deliver on a second channel what it cannot on the first, in the same call (job.fallback_channel), and its
     * receipts say which one it was. Only for exchanges and sessions whose account sets `fallback`, a TEXT setting that the
     * adapter declares: the name of the account of this gateway that speaks on that channel. The gateway reads it by this
     * name: that account's prices, limits, pause and way back hold for what leaves so. */
    PK_CAN_FALLBACK = 1u << 10,
};

enum pk_number_format { PK_NUMBER_E164 = 1, /* +31612345678 */ PK_NUMBER_E164_DIGITS, /* 31612345678 */ PK_NUMBER_00, /* 0031612345678 */ PK_NUMBER_OPAQUE };

struct pk_adapter {
    uint32_t size;
    uint32_t abi;
    const char *name; /* lower case, digits, '-' ; also the file's name */
    const char *version;
    const char *summary; /* one line for `pokana adapters` */
    const char *channels; /* "sms" or "sms,whatsapp" */
    uint32_t capabilities;
    uint32_t number_format;
    uint32_t max_text_bytes;
    uint32_t max_parts; /* 0 = the gateway's own limit */
    const char *price_unit; /* ISO 4217: of the prices that results report; NULL = the account's own currency */

    const struct pk_setting *settings;
    size_t setting_count;

    /* Makes one account's state from checked settings. `host` outlives it. Not NULL on success. */
    int (*open)(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                struct pk_error *err);
    void (*close)(void *self);

    const struct pk_exchange_ops *exchange; /* exactly one of these two */
    const struct pk_session_ops *session;
    const struct pk_webhook_ops *webhook;
    const struct pk_poll_ops *poll;
    const struct pk_play_ops *play;

    /* Optional: the capabilities of one opened account where its settings decide them; never more than
     * `capabilities` declares. */
    uint32_t (*capabilities_of)(const void *self);

    /* Optional: what is to be done at the provider's side, a step a line, for `pokana accounts add`. {hook} stands for the
     * address it calls. At most 2,000 bytes. */
    const char *setup;

    /* Optional, for PK_CAN_TEMPLATES_ONLY and PK_CAN_WINDOW: can this account send our text of this name in this language (as in a
     * job) to anybody, at any time? 0; or PK_E_NOT_FOUND with one sentence for the operator: it is mapped to no template of the
     * provider's, or the provider does not approve it now. Asked when a route is chosen, so that the text goes another way
     * instead of being refused message by message. What may be sent as free text within a window counts as not mapped. */
    int (*carries)(const void *self, struct pk_slice template_name, struct pk_slice language, int64_t now_ms, struct pk_error *err);
};

/*
 * Appended since abi 1 began, oldest first. An adapter may look for each by the size of its table:
 *
 *     pk_adapter.capabilities_of, setup, carries      pk_exchange_ops.query      pk_job.step, unsubscribe, recorded
 *     pk_link_ops.refused, exchanged, remember, remembered
 *     pk_job.fallback_channel, fallback_text, fallback_attempt_id; pk_event.channel
 */

#endif
