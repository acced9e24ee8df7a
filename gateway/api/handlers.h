/* SPDX-License-Identifier: EUPL-1.2 */
/* The handlers of the route table (api.c), by file. Those of import.c and backup.c have headers of their own. */
#ifndef PK_API_HANDLERS_H
#define PK_API_HANDLERS_H

#include "gateway/api/call.h"

/* health.c */
void pk_api_healthz(struct pk_call *call);
void pk_api_readyz(struct pk_call *call);

/* metrics.c */
void pk_api_metrics(struct pk_call *call);

/* status.c */
void pk_api_status(struct pk_call *call);
void pk_api_queue(struct pk_call *call);
void pk_api_quiet(struct pk_call *call);
/* "name":{"queued":0,...}, every state; also for a trigger's */
void pk_message_counts_add(struct pk_json_out *out, const char *name, const int64_t counts[PK_MESSAGE_STATES]);

/* accounts.c */
void pk_api_accounts(struct pk_call *call);
void pk_api_account_pause(struct pk_call *call);
void pk_api_account_resume(struct pk_call *call);
void pk_api_account_test(struct pk_call *call);
void pk_api_account_tested(struct pk_call *call);

/* play.c */
void pk_api_play_list(struct pk_call *call);
void pk_api_play_answer(struct pk_call *call);

/* hold.c */
void pk_api_hold(struct pk_call *call);
void pk_api_hold_set(struct pk_call *call);
void pk_api_held_release(struct pk_call *call);
void pk_api_held_drop(struct pk_call *call);

/* consent.c, consent_receipt.c */
void pk_api_consent(struct pk_call *call);
void pk_api_consent_grant(struct pk_call *call);
void pk_api_consent_withdraw(struct pk_call *call);
void pk_api_consent_receipt(struct pk_call *call);

/* desk_word.c */
void pk_api_desk_word(struct pk_call *call);
void pk_api_desk_word_said(struct pk_call *call);
void pk_api_recipient_find(struct pk_call *call);
void pk_api_verification(struct pk_call *call);
void pk_api_verification_start(struct pk_call *call);

/* campaigns.c */
void pk_api_campaigns(struct pk_call *call);
void pk_api_campaign(struct pk_call *call);
void pk_api_campaign_put(struct pk_call *call);
void pk_api_campaign_submit(struct pk_call *call);
void pk_api_campaign_approve(struct pk_call *call);
void pk_api_campaign_reject(struct pk_call *call);
void pk_api_campaign_start(struct pk_call *call);
void pk_api_campaign_pause(struct pk_call *call);
void pk_api_campaign_resume(struct pk_call *call);
void pk_api_campaign_cancel(struct pk_call *call);
void pk_api_campaign_move(struct pk_call *call);
void pk_api_campaign_remind(struct pk_call *call);

/* approvals.c */
void pk_api_approvals(struct pk_call *call);
void pk_api_approval_ask(struct pk_call *call);
void pk_api_approval_approve(struct pk_call *call);
void pk_api_approval_revoke(struct pk_call *call);

/* reports.c */
void pk_api_campaign_report(struct pk_call *call);
void pk_api_indicators(struct pk_call *call);
void pk_api_date_report(struct pk_call *call);
void pk_api_date_came(struct pk_call *call);

/* campaigns_preview.c */
void pk_api_campaign_preview(struct pk_call *call);
void pk_api_campaign_trial(struct pk_call *call);
void pk_api_campaign_rehearsal(struct pk_call *call);

/* audience.c */
void pk_api_audience_count(struct pk_call *call);

/* circles.c */
void pk_api_circles(struct pk_call *call);
void pk_api_circle(struct pk_call *call);
void pk_api_circle_recent(struct pk_call *call);
void pk_api_circle_handover(struct pk_call *call);
void pk_api_circle_allow(struct pk_call *call);
void pk_api_recipient_add(struct pk_call *call);
void pk_api_rsvp_record(struct pk_call *call);

/* events.c, events_file.c */
void pk_api_events(struct pk_call *call);
void pk_api_event(struct pk_call *call);
void pk_api_event_add(struct pk_call *call);
void pk_api_event_change(struct pk_call *call);
void pk_api_event_accept(struct pk_call *call);
void pk_api_event_cancel(struct pk_call *call);
void pk_api_event_date_change(struct pk_call *call);
void pk_api_event_date_cancel(struct pk_call *call);
void pk_api_events_import(struct pk_call *call);
void pk_api_events_export(struct pk_call *call);

/* messages.c */
void pk_api_messages(struct pk_call *call);
void pk_api_message(struct pk_call *call);
void pk_api_message_resolve(struct pk_call *call);

/* inbox.c */
void pk_api_inbox(struct pk_call *call);
void pk_api_inbox_item(struct pk_call *call);
void pk_api_inbox_answer(struct pk_call *call);
void pk_api_inbox_assign(struct pk_call *call);
void pk_api_inbox_close(struct pk_call *call);

/* texts.c */
void pk_api_template_read(struct pk_call *call);
void pk_api_templates(struct pk_call *call);
void pk_api_template(struct pk_call *call);
void pk_api_template_put(struct pk_call *call);
void pk_api_template_delete(struct pk_call *call);
void pk_api_templates_import(struct pk_call *call);

/* cost.c */
void pk_api_template_cost(struct pk_call *call);

/* keys.c */
void pk_api_keys(struct pk_call *call);
void pk_api_keys_rotate(struct pk_call *call);
void pk_api_key_retire(struct pk_call *call);

/* people.c */
void pk_api_person_export(struct pk_call *call);
void pk_api_person_erase(struct pk_call *call);

/* links.c */
void pk_api_link_make(struct pk_call *call);
void pk_api_links(struct pk_call *call);
void pk_api_link_poster(struct pk_call *call);

/* publish.c */
void pk_api_trigger_publish(struct pk_call *call);

/* tokens.c */
void pk_api_tokens(struct pk_call *call);
void pk_api_token_add(struct pk_call *call);
void pk_api_token_revoke(struct pk_call *call);

/* webhooks.c */
void pk_api_webhooks(struct pk_call *call);
void pk_api_webhook_deliveries(struct pk_call *call);
void pk_api_webhook_resend(struct pk_call *call);
void pk_api_webhook_test(struct pk_call *call);
void pk_api_webhook_resume(struct pk_call *call);

/* api.c: a call of the public listener under /v1 */
void pk_api_handle_v1(struct pk_call *call);

/* users.c */
void pk_api_users(struct pk_call *call);
void pk_api_user_add(struct pk_call *call);
void pk_api_user_link(struct pk_call *call);
void pk_api_user_remove(struct pk_call *call);

/* audit.c */
void pk_api_audit(struct pk_call *call);
void pk_api_audit_verify(struct pk_call *call);
void pk_api_person_log(struct pk_call *call);

/* privacy.c */
void pk_api_breach(struct pk_call *call);
void pk_api_breach_notify(struct pk_call *call);

/* triggers.c */
void pk_api_triggers(struct pk_call *call);
void pk_api_trigger(struct pk_call *call);
void pk_api_trigger_release(struct pk_call *call);
void pk_api_trigger_drop(struct pk_call *call);

#endif
