/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A reload: everything is read and checked beside what is in use, and taken over whole or not at all. What the process
 * holds open since its start (database, keys, doors, broker) stays as it is; when the file says otherwise, log and health
 * say that it takes a restart.
 */
#include "gateway/app/daemon_private.h"

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_broker(const struct pk_bus_rule *a, const struct pk_bus_rule *b)
{
    return same(a->host, b->host) && a->port == b->port && a->protocol == b->protocol && same(a->client_id, b->client_id) &&
           same(a->username, b->username) && same(a->password, b->password) && same(a->ca_file, b->ca_file) &&
           same(a->cert_file, b->cert_file) && same(a->key_file, b->key_file) && a->keepalive_s == b->keepalive_s;
}

/* The names of what differs and cannot change: "database, control". */
static void list_fixed(const struct pk_config *started, const struct pk_config *fresh, struct pk_buf *names)
{
    const struct {
        const char *name;
        bool same;
    } fixed[] = {
        { "instance", same(started->rules.instance, fresh->rules.instance) },
        { "database", same(started->database, fresh->database) },
        { "journal", same(started->journal, fresh->journal) },
        { "keys", same(started->keys, fresh->keys) },
        { "control", same(started->control, fresh->control) },
        { "public", same(started->public_address, fresh->public_address) },
        { "metrics", same(started->metrics_address, fresh->metrics_address) },
        { "adapters", same(started->adapters, fresh->adapters) },
        { "proxy", same(started->proxy, fresh->proxy) },
        { "ca_file", same(started->ca_file, fresh->ca_file) },
        { "[broker]", same_broker(&started->rules.bus, &fresh->rules.bus) },
    };
    for (size_t i = 0; i < PK_COUNT(fixed); i++)
        if (!fixed[i].same)
            (void) pk_buf_printf(names, "%s%s", names->len > 0 ? ", " : "", fixed[i].name);
}

static void tell_fixed(struct pk_daemon *daemon)
{
    struct pk_buf names;
    char why[256] = "";
    pk_buf_init(&names, 200);
    list_fixed(daemon->started, daemon->config, &names);
    if (names.len > 0) {
        (void) snprintf(why, sizeof why, "a restart is needed for %s", pk_buf_text(&names));
        pk_log(PK_LOG_WARN, "daemon", "reload.partly", "reason", why, NULL);
    }
    pk_service_config_trouble(daemon->service, why);
    pk_buf_finish(&names);
}

static int take_over(struct pk_daemon *daemon, struct pk_error *err)
{
    struct pk_ini_report report = pk_config_report_log();
    pk_auto(pk_config) struct pk_config *fresh = NULL;
    pk_auto(pk_catalog) struct pk_catalog *catalog = NULL;
    int r = pk_config_read_with(daemon->started->path, daemon->registry, &report, &fresh, err);
    if (r == 0)
        r = pk_config_load_catalog(fresh, &report, &catalog, err);
    if (r == 0)
        r = pk_service_reload(daemon->service, &fresh->rules, catalog, err);
    if (r != 0)
        return r;
    if (daemon->config != daemon->started)
        pk_config_free(daemon->config);
    pk_catalog_free(daemon->catalog);
    daemon->config = pk_steal(&fresh);
    daemon->catalog = pk_steal(&catalog);
    pk_log_set_level(daemon->config->log_level);
    return 0;
}

void pk_daemon_reload(struct pk_daemon *daemon)
{
    struct pk_error err = { 0 };
    pk_log(PK_LOG_INFO, "daemon", "reload", NULL);
    pk_notify_say(&daemon->notify, "RELOADING=1\nSTATUS=reading the configuration again");
    if (take_over(daemon, &err) == 0) {
        tell_fixed(daemon);
        pk_log(PK_LOG_INFO, "daemon", "reload.done", NULL);
    } else {
        char why[320];
        (void) snprintf(why, sizeof why, "not taken over: %s", err.message);
        pk_log(PK_LOG_ERROR, "daemon", "reload.refused", "reason", err.message, "hint", err.hint[0] ? err.hint : NULL, NULL);
        pk_service_config_trouble(daemon->service, why);
    }
    if (daemon->ready)
        pk_notify_say(&daemon->notify, "READY=1");
    pk_timer_in(daemon->check, 0); /* which tells the status too */
}
