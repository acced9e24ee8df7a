/* SPDX-License-Identifier: EUPL-1.2 */
/* The pages' handlers, for the table in console.c. */
#ifndef PK_CONSOLE_HANDLERS_H
#define PK_CONSOLE_HANDLERS_H

#include "gateway/console/visit.h"

struct pk_agenda_event;

void pk_page_home(struct pk_visit *visit); /* home.c */

/* events.c: what is coming, one event or its calendar file, from whom messages are */
void pk_events_page(struct pk_visit *visit);
void pk_event_page(struct pk_visit *visit);
void pk_real_page(struct pk_visit *visit);

/* docs.c: guides for each kind of user, and the documents for machines to be read */
void pk_docs_page(struct pk_visit *visit);
void pk_docs_one_page(struct pk_visit *visit);

/* calendar.c: events, for everybody */
void pk_calendar_all(struct pk_visit *visit);
void pk_calendar_topic(struct pk_visit *visit);
void pk_calendar_of_event(struct pk_visit *visit, const struct pk_agenda_event *event); /* one that everybody may see */

/* me_enter.c: the way in to one's own page */
#define PK_ME_COOKIE "me"
/* Whose page it is, and the session's token; the session goes on with each. PK_E_DENIED when nobody is signed in. */
int pk_me_find(struct pk_visit *visit, uint8_t ret_token[32], int64_t *ret_recipient, struct pk_error *err);
void pk_me_start(struct pk_visit *visit);
void pk_me_ask(struct pk_visit *visit);
void pk_me_code(struct pk_visit *visit);
void pk_me_enter(struct pk_visit *visit);
void pk_me_leave(struct pk_visit *visit);

/* me.c: one's own page */
void pk_me(struct pk_visit *visit);
void pk_me_language(struct pk_visit *visit);
void pk_me_topic(struct pk_visit *visit);
void pk_me_channel(struct pk_visit *visit);
void pk_me_circle(struct pk_visit *visit);
void pk_me_choose(struct pk_visit *visit);

/* me_address.c: another number */
void pk_me_address(struct pk_visit *visit);
void pk_me_ask_address(struct pk_visit *visit);
void pk_me_codes(struct pk_visit *visit);
void pk_me_enter_codes(struct pk_visit *visit);

/* me_end.c: data taken along, stopping, being erased */
void pk_me_data(struct pk_visit *visit);
void pk_me_ask_stop(struct pk_visit *visit);
void pk_me_stop(struct pk_visit *visit);
void pk_me_stopped(struct pk_visit *visit);
void pk_me_ask_erase(struct pk_visit *visit);
void pk_me_erase(struct pk_visit *visit);
void pk_me_erased(struct pk_visit *visit);

/* staff_enter.c: the way in for users */
void pk_staff_page_start(struct pk_visit *visit);
void pk_staff_page_ask(struct pk_visit *visit);
void pk_staff_page_code(struct pk_visit *visit);
void pk_staff_page_enter(struct pk_visit *visit);
void pk_staff_page_link(struct pk_visit *visit);
void pk_staff_page_open(struct pk_visit *visit);
void pk_staff_page_known(struct pk_visit *visit); /* staff_known.c */

/* staff.c: a user, signed in */
void pk_staff_page_account(struct pk_visit *visit);
void pk_staff_page_second(struct pk_visit *visit);
void pk_staff_page_confirm(struct pk_visit *visit);
void pk_staff_page_leave(struct pk_visit *visit);
void pk_staff_page_end(struct pk_visit *visit);
void pk_staff_page_everywhere(struct pk_visit *visit);

/* staff_home.c: what a user comes for */
void pk_staff_home(struct pk_visit *visit);

/* key_events.c, key_share.c, key_month.c: a key person's */
void pk_key_event_page(struct pk_visit *visit);
void pk_key_send_page(struct pk_visit *visit);
void pk_key_send(struct pk_visit *visit);
void pk_key_told_me(struct pk_visit *visit);
void pk_key_share_page(struct pk_visit *visit);
void pk_key_month_page(struct pk_visit *visit);

/* desk_closed.c, desk_inbox.c: the info point's */
void pk_desk_today_page(struct pk_visit *visit);
void pk_desk_close_page(struct pk_visit *visit);
void pk_desk_close(struct pk_visit *visit);
void pk_desk_inbox_page(struct pk_visit *visit);
void pk_desk_item_page(struct pk_visit *visit);
void pk_desk_item(struct pk_visit *visit);

/* office_coming.c: the first page of an adviser, an approver and an operator */
void pk_office_coming_page(struct pk_visit *visit);

/* office_live.c, live_feed.c: a campaign while it runs */
void pk_live_page(struct pk_visit *visit);
void pk_live_events(struct pk_visit *visit);
void pk_live_pause(struct pk_visit *visit);
void pk_live_resume(struct pk_visit *visit);
void pk_live_cancel_page(struct pk_visit *visit);
void pk_live_cancel(struct pk_visit *visit);
/* office_gateway.c, office_webhooks.c: the operator's */
void pk_office_gateway_page(struct pk_visit *visit);
void pk_office_gateway_account(struct pk_visit *visit);
void pk_office_gateway_hold(struct pk_visit *visit);
void pk_office_gateway_lift_page(struct pk_visit *visit);
void pk_office_gateway_lift(struct pk_visit *visit);
void pk_office_webhooks_page(struct pk_visit *visit);
void pk_office_webhooks_endpoint(struct pk_visit *visit);
void pk_office_webhooks_resend(struct pk_visit *visit);

/* staff_ways.c, staff_signup.c: signing up somebody who stands beside */
void pk_staff_ways_page(struct pk_visit *visit);
void pk_staff_way_page(struct pk_visit *visit);
void pk_staff_signup_page(struct pk_visit *visit);
void pk_staff_signup(struct pk_visit *visit);
void pk_staff_asked_page(struct pk_visit *visit);

/* office_campaigns.c, office_campaign.c: invitations, in a list, one of them, a new one; office_look.c: pieces of it while it is typed */
void pk_office_campaigns_page(struct pk_visit *visit);
void pk_office_campaign_page(struct pk_visit *visit);
void pk_office_campaign(struct pk_visit *visit);
void pk_office_invite_page(struct pk_visit *visit);
void pk_office_invite(struct pk_visit *visit);
void pk_office_look_count(struct pk_visit *visit);
void pk_office_look_texts(struct pk_visit *visit);

/* office_events.c: events planned and changed at a desk */
void pk_office_events_page(struct pk_visit *visit);
void pk_office_event_page(struct pk_visit *visit);
void pk_office_event(struct pk_visit *visit);
void pk_office_event_new_page(struct pk_visit *visit);
void pk_office_event_new(struct pk_visit *visit);
/* office_texts.c: texts of the city's own; staff_texts.c: read aloud */
void pk_office_texts_page(struct pk_visit *visit);
void pk_office_text_page(struct pk_visit *visit);
void pk_office_text(struct pk_visit *visit);
void pk_office_text_check(struct pk_visit *visit);
void pk_staff_texts_page(struct pk_visit *visit);
void pk_staff_text_page(struct pk_visit *visit);
void pk_staff_text(struct pk_visit *visit);
/* office_reports.c, office_indicators.c, office_people.c, office_audit.c: at a desk, what was recorded */
void pk_office_reports_page(struct pk_visit *visit);
void pk_office_campaign_report_page(struct pk_visit *visit);
void pk_office_date_report_page(struct pk_visit *visit);
void pk_office_came(struct pk_visit *visit);
void pk_office_indicators_page(struct pk_visit *visit);
void pk_office_people_page(struct pk_visit *visit);
void pk_office_person_page(struct pk_visit *visit);
void pk_office_person_withdraw(struct pk_visit *visit);
void pk_office_person_erase(struct pk_visit *visit);
void pk_office_person_export(struct pk_visit *visit);
void pk_office_audit_page(struct pk_visit *visit);

/* link.c: answering by a link */
void pk_link_page(struct pk_visit *visit);
void pk_link_button(struct pk_visit *visit);

/* join.c: signing up */
void pk_join_page(struct pk_visit *visit);
void pk_join_form(struct pk_visit *visit);
void pk_join_asked(struct pk_visit *visit);

/* unsubscribe.c: at a link's own path, PK_UNSUBSCRIBE_PATH and its token */
void pk_unsubscribe_ask(struct pk_visit *visit);
void pk_unsubscribe_end(struct pk_visit *visit);

/* phones.c: what reached the simulated phones, for whoever opens the page (`phones` in [gateway]) */
void pk_phones_page(struct pk_visit *visit);
void pk_phones_answer(struct pk_visit *visit);

#endif
