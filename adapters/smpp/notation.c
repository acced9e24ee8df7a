/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What was found out of a centre's notation of ids outlives the process: "hex-decimal HOST PORT LOGIN", for another centre may
 * have another one. Without it the receipts of what was handed over before a restart would find nothing.
 */
#include "adapters/smpp/smpp.h"

#include "adapters/kit/text.h"

#include <stdio.h>

#define NOTE_ROOM 400u

#define HAS(ops, member) ((ops)->size >= offsetof(struct pk_link_ops, member) + sizeof((ops)->member) && (ops)->member)

/* Empty when it does not fit: then nothing is remembered. */
static struct pk_slice note_of(const struct smpp *smpp, enum smpp_notation notation, char room[NOTE_ROOM])
{
    const struct pk_kit_settings *settings = &smpp->base.settings;
    struct pk_slice host = pk_kit_text(settings, "host"), login = pk_kit_text(settings, "system_id");
    int n = snprintf(room, NOTE_ROOM, "%s %.*s %lld %.*s", pk_smpp_notation_name(notation), (int) host.len, host.data,
                     (long long) pk_kit_number(settings, "port", 0), (int) login.len, login.data);
    return n > 0 && (size_t) n < NOTE_ROOM ? pk_slice_make(room, (size_t) n) : (struct pk_slice){ 0 };
}

void pk_smpp_notation_recall(struct smpp *smpp)
{
    static const enum smpp_notation found[] = { SMPP_NOTATION_HEX_DECIMAL, SMPP_NOTATION_DECIMAL_HEX };
    char kept[NOTE_ROOM], room[NOTE_ROOM];
    if (smpp->recent.notation != SMPP_NOTATION_AUTO || !HAS(smpp->ops, remembered))
        return;
    struct pk_slice note = pk_slice_make(kept, smpp->ops->remembered(smpp->link, kept, sizeof kept));
    for (size_t i = 0; note.len > 0 && i < PK_KIT_COUNT(found); i++) {
        if (!pk_slice_equal(note, note_of(smpp, found[i], room)))
            continue;
        smpp->recent.notation = found[i];
        smpp->recent.found_out = true;
    }
}

void pk_smpp_notation_keep(struct smpp *smpp)
{
    char room[NOTE_ROOM];
    bool hex = smpp->recent.notation == SMPP_NOTATION_HEX_DECIMAL;
    struct pk_slice note = note_of(smpp, smpp->recent.notation, room);
    bool kept = HAS(smpp->ops, remember) && note.len > 0 && smpp->ops->remember(smpp->link, note) == 0;
    if (kept)
        smpp->base.host->log(smpp->base.host->ctx, PK_LEVEL_INFO,
                             hex ? "receipts name ids in decimal: remembered" : "receipts name ids in hexadecimal: remembered");
    else
        smpp->base.host->log(smpp->base.host->ctx, PK_LEVEL_WARN,
                             hex ? "receipts name ids in decimal: set id_notation = hex-decimal, so that it is known from the start"
                                 : "receipts name ids in hexadecimal: set id_notation = decimal-hex, so that it is known from the start");
}
