/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Our SMPP octets against libsmpp34, which was written by somebody else from the same specification. What the adapter sends
 * (the login, messages of every kind, answers) is unpacked by the library, compared field by field with what was meant,
 * packed again, and must come out as the same octets. What the library packs as a centre, the adapter must hear as meant.
 *
 * The library is an oracle for units that are well formed and nothing more: it reads past a string that has no end, and
 * refuses commands and statuses outside its tables. So nothing spoilt or of a vendor is shown to it, and whatever it
 * reads lies in a buffer that is far longer and ends in zeros.
 */
#include "tests/unit/cmocka.h"

#include "adapters/smpp/pdu.h"
#include "gateway/base/buf.h"
#include "gateway/base/log.h"
#include "gateway/base/mem.h"
#include "gateway/plugin/builtin.h"
#include "gateway/plugin/host.h"

#include <smpp34.h>
#include <smpp34_structs.h>
#include <smpp34_params.h>

#include <stdio.h>

#define NOW_MS INT64_C(1791993600000) /* 2026-10-14T16:00:00Z */
#define NUMBER "31600000001"
#define ROOM 8192

/* ---- the library ---- */

/* `unit` is one of its structures, all zero. */
static void unpack(uint32_t type, void *unit, struct pk_slice octets)
{
    uint8_t padded[ROOM] = { 0 };
    assert_true(octets.len <= ROOM / 2);
    memcpy(padded, octets.data, octets.len);
    if (smpp34_unpack(type, unit, padded, (int) octets.len) != 0)
        fail_msg("the library does not read it: %s", smpp34_strerror);
}

static struct pk_slice pack(uint32_t type, void *unit, uint8_t room[ROOM])
{
    int len = 0;
    memset(room, 0, ROOM);
    if (smpp34_pack(type, room, ROOM / 2, &len, unit) != 0)
        fail_msg("the library does not write it: %s", smpp34_strerror);
    return pk_slice_make(room, (size_t) len);
}

static void same_octets(struct pk_slice ours, struct pk_slice theirs)
{
    assert_int_equal(ours.len, theirs.len);
    assert_memory_equal(ours.data, theirs.data, ours.len);
}

#define SAME_TEXT(field, text) assert_string_equal((const char *) (field), text)

/* ---- the adapter, bound ---- */

struct pk_link {
    struct pk_buf sent;
    struct pk_event event; /* the last one */
    char text[600], address[24], id[70], code[64];
    unsigned events, completed;
    uint32_t outcome;
};

static int send_bytes(struct pk_link *link, const void *bytes, size_t len)
{
    return pk_buf_add(&link->sent, bytes, len);
}

static int complete(struct pk_link *link, uint64_t token, const struct pk_result *result)
{
    (void) token;
    link->completed++;
    link->outcome = result->outcome;
    (void) snprintf(link->id, sizeof link->id, "%.*s", PK_SLICE_ARG(result->provider_id));
    (void) snprintf(link->code, sizeof link->code, "%.*s", PK_SLICE_ARG(result->code));
    return 0;
}

static int hear_event(struct pk_link *link, const struct pk_event *event)
{
    assert_true(event->text.len < sizeof link->text);
    if (event->kind == PK_EVENT_RECEIPT && event->state == PK_RECEIPT_ACCEPTED)
        return 0; /* a part's id */
    link->event = *event;
    link->events++;
    memcpy(link->text, event->text.data ? event->text.data : "", event->text.len);
    (void) snprintf(link->address, sizeof link->address, "%.*s", PK_SLICE_ARG(event->address));
    (void) snprintf(link->id, sizeof link->id, "%.*s", PK_SLICE_ARG(event->provider_id));
    (void) snprintf(link->code, sizeof link->code, "%.*s", PK_SLICE_ARG(event->code));
    return 0;
}

static void wake_at(struct pk_link *link, int64_t when_ms)
{
    (void) link, (void) when_ms;
}

static void window(struct pk_link *link, uint32_t jobs)
{
    (void) link, (void) jobs;
}

static void disconnect(struct pk_link *link, const char *reason)
{
    (void) link;
    fail_msg("disconnected: %s", reason);
}

static const struct pk_link_ops ops = {
    .size = sizeof ops, .send = send_bytes, .complete = complete, .event = hear_event, .wake_at = wake_at, .window = window,
    .disconnect = disconnect,
};

static struct {
    const struct pk_adapter *adapter;
    struct pk_host_side *host;
    void *self;
    struct pk_link link;
} stage;

#define VALUE(name_, text_) { .name = (name_), .text = PK_SLICE_INIT(text_) }
#define NUMBERED(name_, text_, number_) { .name = (name_), .text = PK_SLICE_INIT(text_), .number = (number_) }
#define LOGIN VALUE("host", "127.0.0.1"), VALUE("system_id", "city"), VALUE("password", "secret12"), VALUE("system_type", "VMA"), \
              VALUE("address_range", "^31"), NUMBERED("address_ton", "1", 1), NUMBERED("address_npi", "1", 1)

static void hear(struct pk_slice octets)
{
    assert_int_equal(stage.adapter->session->received(stage.self, octets, NOW_MS), 0);
}

static void open_with(const struct pk_setting_value *values, size_t count)
{
    struct pk_error err = { 0 };
    for (size_t i = 0; i < pk_builtin_count; i++)
        if (strcmp(pk_builtin_adapters[i]->name, "smpp") == 0)
            stage.adapter = pk_builtin_adapters[i];
    assert_non_null(stage.adapter);
    stage.host = pk_host_new("test", NULL);
    memset(&stage.link, 0, sizeof stage.link);
    pk_buf_init(&stage.link.sent, 1u << 20);
    if (stage.adapter->open(pk_host_table(stage.host), values, count, &stage.self, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(stage.adapter->session->connected(stage.self, &stage.link, &ops, NOW_MS), 0);
}

static void bind(void)
{
    uint8_t room[ROOM];
    bind_transceiver_resp_t answer = { .command_length = 0, .command_id = BIND_TRANSCEIVER_RESP, .command_status = ESME_ROK, .sequence_number = 1 };
    (void) snprintf((char *) answer.system_id, sizeof answer.system_id, "SMSC");
    pk_buf_clear(&stage.link.sent);
    hear(pack(BIND_TRANSCEIVER_RESP, &answer, room));
}

static void close_it(void)
{
    stage.adapter->session->disconnected(stage.self, NOW_MS);
    pk_host_end_call(stage.host);
    stage.adapter->close(stage.self);
    pk_buf_finish(&stage.link.sent);
    pk_host_free(stage.host);
}

/* The one unit that was sent since the last call. */
static struct pk_slice sent(void)
{
    static char kept[ROOM];
    size_t len = stage.link.sent.len;
    assert_true(len > 0 && len <= sizeof kept);
    memcpy(kept, stage.link.sent.data, len);
    pk_buf_clear(&stage.link.sent);
    struct smpp_pdu pdu;
    assert_int_equal(smpp_pdu_read(pk_slice_make(kept, len), &pdu), (int64_t) len);
    return pk_slice_make(kept, len);
}

static void submit(const struct pk_part *parts, size_t count)
{
    const struct pk_job job = { .size = sizeof job, .token = 7, .attempt_id = PK_SLICE("01jab0attempt"), .address = PK_SLICE(NUMBER),
                                .parts = parts, .part_count = count, .valid_until_ms = NOW_MS + 7200000, .now_ms = NOW_MS };
    assert_int_equal(stage.adapter->session->submit(stage.self, &job), 0);
    pk_host_end_call(stage.host);
}

/* ---- what we send ---- */

static void the_login(void **state)
{
    static const struct pk_setting_value values[] = { LOGIN, VALUE("sender", "Gemeente") };
    uint8_t room[ROOM];
    bind_transceiver_t unit = { 0 };
    (void) state;
    open_with(values, PK_COUNT(values));
    struct pk_slice ours = sent();
    unpack(BIND_TRANSCEIVER, &unit, ours);
    assert_int_equal(unit.command_length, ours.len);
    assert_int_equal(unit.sequence_number, 1);
    SAME_TEXT(unit.system_id, "city");
    SAME_TEXT(unit.password, "secret12");
    SAME_TEXT(unit.system_type, "VMA");
    SAME_TEXT(unit.address_range, "^31");
    assert_int_equal(unit.interface_version, SMPP_VERSION);
    assert_int_equal(unit.addr_ton, 1);
    assert_int_equal(unit.addr_npi, 1);
    same_octets(ours, pack(BIND_TRANSCEIVER, &unit, room));
    close_it();
}

/* The library reads optional parameters in front of each other, and writes them in the order of its list. */
static void turn_around(tlv_t **list)
{
    tlv_t *turned = NULL;
    while (*list) {
        tlv_t *one = *list;
        *list = one->next;
        one->next = turned;
        turned = one;
    }
    *list = turned;
}

/* One submit_sm as the library reads it, packed again to the same octets. */
static void check_submit(struct pk_slice ours, submit_sm_t *unit)
{
    uint8_t room[ROOM];
    memset(unit, 0, sizeof *unit);
    unpack(SUBMIT_SM, unit, ours);
    assert_int_equal(unit->command_length, ours.len);
    SAME_TEXT(unit->destination_addr, NUMBER);
    assert_int_equal(unit->dest_addr_ton, 1);
    assert_int_equal(unit->dest_addr_npi, 1);
    assert_int_equal(unit->registered_delivery, 1);
    SAME_TEXT(unit->validity_period, "000000020000000R");
    turn_around(&unit->tlv);
    same_octets(ours, pack(SUBMIT_SM, unit, room));
}

static void a_message_of_one_part(void **state)
{
    static const struct pk_setting_value values[] = { LOGIN, VALUE("sender", "+31600000099"), VALUE("service_type", "CMT"),
                                                      NUMBERED("message_priority", "2", 2) };
    static const struct pk_part latin = { PK_SLICE_INIT("Kom om 14:30"), PK_CODING_GSM7, 12 };
    static const struct pk_part cyrillic = { PK_SLICE_INIT("\x04\x1f\x04\x3e"), PK_CODING_UCS2, 2 };
    submit_sm_t unit;
    (void) state;
    open_with(values, PK_COUNT(values));
    bind();
    submit(&latin, 1);
    check_submit(sent(), &unit);
    SAME_TEXT(unit.service_type, "CMT");
    SAME_TEXT(unit.source_addr, "31600000099");
    assert_int_equal(unit.source_addr_ton, 1);
    assert_int_equal(unit.priority_flag, 2);
    assert_int_equal(unit.data_coding, 0);
    assert_int_equal(unit.sm_length, 12);
    assert_memory_equal(unit.short_message, "Kom om 14:30", 12);
    submit(&cyrillic, 1);
    check_submit(sent(), &unit);
    assert_int_equal(unit.data_coding, 8);
    assert_int_equal(unit.sm_length, 4);
    assert_memory_equal(unit.short_message, "\x04\x1f\x04\x3e", 4);
    close_it();
}

static const struct pk_part two[] = { { PK_SLICE_INIT("\x04\x1f\x04\x3e"), PK_CODING_UCS2, 2 },
                                      { PK_SLICE_INIT("\x04\x1a\x04\x30\x04\x3d"), PK_CODING_UCS2, 3 } };

/* The centre takes the unit that was sent last. */
static void take(uint32_t sequence, const char *id)
{
    uint8_t room[ROOM];
    submit_sm_resp_t answer = { .command_id = SUBMIT_SM_RESP, .command_status = ESME_ROK, .sequence_number = sequence };
    (void) snprintf((char *) answer.message_id, sizeof answer.message_id, "%s", id);
    hear(pack(SUBMIT_SM_RESP, &answer, room));
}

static void parts_by_header(void **state)
{
    static const struct pk_setting_value values[] = { LOGIN, VALUE("sender", "Gemeente") };
    submit_sm_t unit;
    (void) state;
    open_with(values, PK_COUNT(values));
    bind();
    submit(two, PK_COUNT(two));
    for (unsigned i = 0; i < PK_COUNT(two); i++) {
        check_submit(sent(), &unit);
        assert_int_equal(unit.source_addr_ton, 5);
        assert_int_equal(unit.esm_class, 0x40);
        assert_int_equal(unit.sm_length, 6 + two[i].octets.len);
        assert_memory_equal(unit.short_message, "\x05\x00\x03", 3);
        assert_int_equal(unit.short_message[4], 2);
        assert_int_equal(unit.short_message[5], i + 1);
        assert_memory_equal(unit.short_message + 6, two[i].octets.data, two[i].octets.len);
        take(unit.sequence_number, i == 0 ? "A1" : "A2");
    }
    assert_int_equal(stage.link.completed, 1);
    assert_int_equal(stage.link.outcome, PK_OUTCOME_ACCEPTED);
    assert_string_equal(stage.link.id, "a2");
    close_it();
}

static const tlv_t *parameter(const submit_sm_t *unit, uint16_t tag)
{
    const tlv_t *at;
    smpp34_tlv_for_each(at, unit->tlv)
        if (at->tag == tag)
            return at;
    fail_msg("there is no parameter 0x%04x", tag);
    return NULL;
}

static void parts_by_parameters(void **state)
{
    static const struct pk_setting_value values[] = { LOGIN, VALUE("sender", "Gemeente"), VALUE("long_messages", "sar") };
    submit_sm_t unit;
    (void) state;
    open_with(values, PK_COUNT(values));
    bind();
    submit(two, PK_COUNT(two));
    for (unsigned i = 0; i < PK_COUNT(two); i++) {
        check_submit(sent(), &unit);
        assert_int_equal(unit.esm_class, 0);
        assert_int_equal(parameter(&unit, TLVID_sar_msg_ref_num)->length, 2);
        assert_int_equal(parameter(&unit, TLVID_sar_total_segments)->value.val08, 2);
        assert_int_equal(parameter(&unit, TLVID_sar_segment_seqnum)->value.val08, i + 1);
        assert_memory_equal(unit.short_message, two[i].octets.data, two[i].octets.len);
        take(unit.sequence_number, "A1");
        destroy_tlv(unit.tlv);
    }
    close_it();
}

static void all_of_it_in_one_payload(void **state)
{
    static const struct pk_setting_value values[] = { LOGIN, VALUE("sender", "Gemeente"), VALUE("long_messages", "payload") };
    submit_sm_t unit;
    (void) state;
    open_with(values, PK_COUNT(values));
    bind();
    submit(two, PK_COUNT(two));
    check_submit(sent(), &unit);
    assert_int_equal(unit.sm_length, 0);
    const tlv_t *payload = parameter(&unit, TLVID_message_payload);
    assert_int_equal(payload->length, 10);
    assert_memory_equal(payload->value.octet, "\x04\x1f\x04\x3e\x04\x1a\x04\x30\x04\x3d", 10);
    destroy_tlv(unit.tlv);
    close_it();
}

/* ---- what a centre sends ---- */

static void statuses_of_the_standard(void **state)
{
    static const struct pk_setting_value values[] = { LOGIN, VALUE("sender", "Gemeente") };
    static const struct {
        uint32_t status, outcome;
        const char *code;
    } cases[] = { { ESME_RTHROTTLED, PK_OUTCOME_THROTTLED, "ESME_RTHROTTLED" },
                  { ESME_RMSGQFUL, PK_OUTCOME_THROTTLED, "ESME_RMSGQFUL" },
                  { ESME_RINVDSTADR, PK_OUTCOME_INVALID_RECIPIENT, "ESME_RINVDSTADR" },
                  { ESME_RINVSRCADR, PK_OUTCOME_MISCONFIGURED, "ESME_RINVSRCADR" },
                  { ESME_RSYSERR, PK_OUTCOME_RETRY, "ESME_RSYSERR" } };
    uint8_t room[ROOM];
    submit_sm_t unit;
    (void) state;
    open_with(values, PK_COUNT(values));
    bind();
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        submit(&two[0], 1);
        check_submit(sent(), &unit);
        submit_sm_resp_t answer = { .command_id = SUBMIT_SM_RESP, .command_status = cases[i].status, .sequence_number = unit.sequence_number };
        hear(pack(SUBMIT_SM_RESP, &answer, room));
        assert_int_equal(stage.link.completed, i + 1);
        assert_int_equal(stage.link.outcome, cases[i].outcome);
        assert_string_equal(stage.link.code, cases[i].code);
    }
    close_it();
}

/* A deliver_sm as the library packs it; what we answer is read by the library too. */
static void deliver(deliver_sm_t *unit, uint32_t sequence)
{
    uint8_t room[ROOM];
    deliver_sm_resp_t answer = { 0 };
    unsigned before = stage.link.events;
    unit->command_id = DELIVER_SM;
    unit->sequence_number = sequence;
    (void) snprintf((char *) unit->source_addr, sizeof unit->source_addr, NUMBER);
    (void) snprintf((char *) unit->destination_addr, sizeof unit->destination_addr, "Gemeente");
    unit->source_addr_ton = unit->source_addr_npi = 1;
    hear(pack(DELIVER_SM, unit, room));
    assert_int_equal(stage.link.events, before + 1);
    stage.adapter->session->settled(stage.self, stage.link.event.token, 1, NOW_MS);
    struct pk_slice ours = sent();
    unpack(DELIVER_SM_RESP, &answer, ours);
    assert_int_equal(answer.command_status, ESME_ROK);
    assert_int_equal(answer.sequence_number, sequence);
    same_octets(ours, pack(DELIVER_SM_RESP, &answer, room));
}

static void receipts_and_replies(void **state)
{
    static const struct pk_setting_value values[] = { LOGIN, VALUE("sender", "Gemeente") };
    static const char receipt[] = "id:A1 sub:001 dlvrd:001 submit date:2610141600 done date:2610141601 stat:DELIVRD err:000 text:x";
    (void) state;
    open_with(values, PK_COUNT(values));
    bind();
    deliver_sm_t unit = { .esm_class = 4, .sm_length = sizeof receipt - 1 };
    memcpy(unit.short_message, receipt, sizeof receipt - 1);
    deliver(&unit, 11);
    assert_int_equal(stage.link.event.state, PK_RECEIPT_DELIVERED);
    assert_string_equal(stage.link.id, "a1");

    /* The same in optional parameters. */
    tlv_t state_of_it = { .tag = TLVID_message_state, .length = 1, .value.val08 = 5 };
    tlv_t id = { .tag = TLVID_receipted_message_id, .length = 3, .value.octet = "B2" };
    deliver_sm_t by_parameters = { .esm_class = 4 };
    build_tlv(&by_parameters.tlv, &id);
    build_tlv(&by_parameters.tlv, &state_of_it);
    deliver(&by_parameters, 12);
    assert_int_equal(stage.link.event.state, PK_RECEIPT_UNDELIVERED_PERMANENT);
    assert_string_equal(stage.link.id, "b2");
    destroy_tlv(by_parameters.tlv);

    deliver_sm_t reply = { .data_coding = 8, .sm_length = 4 };
    memcpy(reply.short_message, "\x04\x14\x04\x10", 4);
    deliver(&reply, 13);
    assert_int_equal(stage.link.event.kind, PK_EVENT_REPLY);
    assert_int_equal(stage.link.event.coding, PK_CODING_UCS2);
    assert_memory_equal(stage.link.text, "\x04\x14\x04\x10", 4);
    assert_string_equal(stage.link.address, "+" NUMBER);

    tlv_t payload = { .tag = TLVID_message_payload, .length = 6, .value.octet = "\x04\x21\x04\x22\x04\x1e" };
    deliver_sm_t in_payload = { .data_coding = 8 };
    build_tlv(&in_payload.tlv, &payload);
    deliver(&in_payload, 14);
    assert_memory_equal(stage.link.text, "\x04\x21\x04\x22\x04\x1e", 6);
    destroy_tlv(in_payload.tlv);
    close_it();
}

static void the_rest_of_a_link(void **state)
{
    static const struct pk_setting_value values[] = { LOGIN, VALUE("sender", "Gemeente") };
    uint8_t room[ROOM];
    (void) state;
    open_with(values, PK_COUNT(values));
    bind();
    enquire_link_t asked = { .command_length = 16, .command_id = ENQUIRE_LINK, .sequence_number = 21 };
    hear(pack(ENQUIRE_LINK, &asked, room));
    struct pk_slice ours = sent();
    enquire_link_t answered = { 0 };
    unpack(ENQUIRE_LINK_RESP, &answered, ours);
    assert_int_equal(answered.command_id, ENQUIRE_LINK_RESP);
    assert_int_equal(answered.sequence_number, 21);
    same_octets(ours, pack(ENQUIRE_LINK_RESP, &answered, room));
    stage.adapter->session->stop(stage.self, NOW_MS);
    unbind_t goodbye = { 0 };
    ours = sent();
    unpack(UNBIND, &goodbye, ours);
    same_octets(ours, pack(UNBIND, &goodbye, room));
    close_it();
}

int main(void)
{
    pk_log_set_level(PK_LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_login),
        cmocka_unit_test(a_message_of_one_part),
        cmocka_unit_test(parts_by_header),
        cmocka_unit_test(parts_by_parameters),
        cmocka_unit_test(all_of_it_in_one_payload),
        cmocka_unit_test(statuses_of_the_standard),
        cmocka_unit_test(receipts_and_replies),
        cmocka_unit_test(the_rest_of_a_link),
    };
    return cmocka_run_group_tests_name("smpp/oracle", tests, NULL, NULL);
}
